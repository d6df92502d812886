// `render`: a picture of the scene from the place of a photo, or from any camera.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { commandInputs, type ProjectSnapshot } from '../contract/commands.ts';
import { resized, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';
import { argumentsOf, badUsage, wholeNumber, type Command } from './command.ts';
import { ProgressLine } from './progress.ts';
import { TerminalStudio } from './terminal-studio.ts';

const kinds = ['color', 'depth', 'labels'] as const;
type Kind = (typeof kinds)[number];

/** `{worldFromCamera: {rotation: [x, y, z, w], translation: [x, y, z], scale}, intrinsics: {widthPx, heightPx, fxPx, …}}` */
const cameraFile = v.pick(commandInputs['scene.render'], ['worldFromCamera', 'intrinsics']);

export const renderCommand: Command = {
  name: 'render',
  usage: '--project DIR (--frame N | --camera FILE) --out FILE.png [--kind color|depth|labels] [--width PX]',
  summary: 'Draws the splats from the place of photo N (from 0, in input order) or from a camera in a JSON file.',
  async run(args) {
    const { values } = argumentsOf(renderCommand, args, {
      project: { type: 'string' },
      frame: { type: 'string' },
      camera: { type: 'string' },
      out: { type: 'string' },
      kind: { type: 'string', default: 'color' },
      width: { type: 'string' },
    });
    const { project, out, camera } = values;
    const kind = kinds.find((known) => known === values.kind);
    const frameIdx = wholeNumber('frame', values.frame, 0);
    const widthPx = wholeNumber('width', values.width, 16);
    if (project === undefined) throw badUsage(renderCommand, '--project is missing');
    if (out === undefined) throw badUsage(renderCommand, '--out is missing');
    if (kind === undefined) throw badUsage(renderCommand, `--kind is one of ${kinds.join(', ')}`);
    if ((frameIdx === null) === (camera === undefined))
      throw badUsage(renderCommand, 'name either --frame or --camera');
    return render(resolve(project), { frameIdx, cameraPath: camera ?? null, widthPx }, kind, resolve(out));
  },
};

interface Viewpoint {
  frameIdx: number | null;
  cameraPath: string | null;
  widthPx: number | null;
}

async function render(folder: string, viewpoint: Viewpoint, kind: Kind, path: string): Promise<number> {
  const terminal = new TerminalStudio();
  const line = new ProgressLine();
  terminal.on('splats.progress', ({ done, total }) => line.show('Making splats', done / total, `${done}/${total}`));
  terminal.on('notice', ({ sentence }) => line.say(sentence));
  try {
    const snapshot = await terminal.do('projects.open', { folder });
    const { worldFromCamera, intrinsics } = await cameraOf(snapshot, viewpoint);
    await terminal.do('scene.splat', null);
    await terminal.do('scene.render', { worldFromCamera, intrinsics, kind, path });
    line.end();
    process.stdout.write(`${path}\n`);
    return 0;
  } finally {
    line.end();
    await terminal.close();
  }
}

/** @throws StudioFailure not-found, bad-input */
async function cameraOf(
  { photos, frames }: ProjectSnapshot,
  { frameIdx, cameraPath, widthPx }: Viewpoint,
): Promise<{ worldFromCamera: Sim3; intrinsics: Intrinsics }> {
  if (cameraPath !== null) return readCamera(cameraPath);
  const photo = photos.toSorted((a, b) => a.orderIdx - b.orderIdx).at(frameIdx ?? 0);
  if (!photo) {
    const reason = `--frame takes 0 to ${photos.length - 1}, the photos in input order, not ${frameIdx}.`;
    throw new StudioFailure('bad-input', { reason });
  }
  const frame = frames.find(({ photoId }) => photoId === photo.id);
  if (!frame?.worldFromCamera || !frame.intrinsics) throw new StudioFailure('not-found', { what: 'placed photo' });
  const { worldFromCamera, intrinsics } = frame;
  const scale = (widthPx ?? Math.min(1280, intrinsics.widthPx)) / intrinsics.widthPx;
  const size = [intrinsics.widthPx, intrinsics.heightPx].map((px) => Math.round(px * scale));
  return { worldFromCamera, intrinsics: resized(intrinsics, size[0], size[1]) };
}

async function readCamera(path: string): Promise<v.InferOutput<typeof cameraFile>> {
  try {
    return v.parse(cameraFile, JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StudioFailure('bad-input', { reason: `the camera file says no camera (${reason.replace(/\.$/, '')}).` });
  }
}
