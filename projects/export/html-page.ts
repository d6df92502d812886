// The scene as one HTML page that anybody can open: the viewer's code, the cameras, and splats or points in base64. It loads nothing.

import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { StudioFailure } from '../format/result.ts';
import { sharedElementIds, type SharedScene } from '../format/shared-scene.ts';
import { FileSink } from './file-sink.ts';
import { writePly } from './point-files.ts';
import type { ExportSource } from './source.ts';
import { writeSpz } from './spz.ts';
import type { VisibleScene } from './visible.ts';

/** A page with more is slow to open on a phone; 28 bytes each. */
const mostPoints = 1_000_000;

/** Longest string that V8 holds, which is what a page's text becomes. */
const mostBase64 = 0x1fff_ffe8;

/** A multiple of three bytes is a multiple of four letters, so pieces can be joined. */
const pieceBytes = 3 << 16;

/** The page may run its own code and nothing else, and reach nobody. */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob: data:",
  'worker-src blob: data:',
  'connect-src blob: data:',
  "style-src 'unsafe-inline'",
  'img-src blob: data:',
].join('; ');

/** Splats where there are some, otherwise a fair sample of the points. @throws StudioFailure nothing-to-export, export-failed */
export async function writeHtmlPage(sink: FileSink, scene: VisibleScene, source: ExportSource): Promise<string[]> {
  const frames = scene.requireFrames();
  const content = source.gaussians.length > 0 ? 'splats' : 'points';
  const viewer = await source.sharedViewer();
  const shared: SharedScene = {
    name: basename(sink.path, extname(sink.path)),
    content,
    upInWorld: scene.up,
    cameras: frames.map(({ photo, worldFromCamera, intrinsics }) => ({
      name: photo.name,
      worldFromCamera,
      intrinsics,
    })),
  };
  await sink.text(
    [
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="generator" content="Permanence">',
      `<title>${shared.name.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`)}</title>`,
      '</head>',
      '<body>',
      `<script type="application/json" id="${sharedElementIds.scene}">${JSON.stringify(shared).replaceAll('<', '\\u003c')}</script>`,
      `<script type="text/plain" id="${sharedElementIds.bytes}">`,
    ].join('\n'),
  );
  await writeBytes(sink, scene, content);
  // A module may hold `</script` only inside strings and comments, where the backslash changes nothing.
  await sink.text(
    `</script>\n<script type="module">${viewer.replaceAll('</script', '<\\/script')}</script>\n</body>\n</html>\n`,
  );
  return content === 'points' && scene.isThinned(mostPoints)
    ? [`A page holds at most ${mostPoints.toLocaleString('en')} points: this one shows a fair sample.`]
    : [];
}

/** The scene's own file format first, beside the page, then into it as base64. */
async function writeBytes(sink: FileSink, scene: VisibleScene, content: SharedScene['content']): Promise<void> {
  const file = await FileSink.open(`${sink.path}.bytes`);
  try {
    if (content === 'splats') await writeSpz(file, scene);
    else await writePly(file, scene, mostPoints);
    if ((file.bytes / 3) * 4 > mostBase64)
      throw new StudioFailure('export-failed', { reason: 'the scene is too large for one page; export SPZ instead.' });
    await file.finish();
    for await (const piece of createReadStream(file.path, { highWaterMark: pieceBytes }))
      await sink.text((piece as Buffer).toString('base64'));
  } catch (error) {
    await file.discard();
    throw error;
  } finally {
    await rm(file.path, { force: true });
  }
}
