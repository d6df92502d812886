// Import of generated photos against bare sharp on the same files in the same run: `node test/bench/import.ts [count]`.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { importSources } from '../../projects/import/importer.ts';
import { probePhotos } from '../../projects/import/photo/probe.ts';
import { videoFrames } from '../../projects/import/video/frames.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import type { BenchRow } from './row.ts';

const [widthPx, heightPx] = [1600, 1200];
/** Pictures that differ; the files beyond them differ in a comment, which is enough for another hash. */
const distinct = 12;

export async function run(count = 1000): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-bench-'));
  try {
    const photos = join(folder, 'photos');
    const paths = await generate(photos, count);
    sharp.cache(false);
    sharp.concurrency(1);
    const decode = (path: string): Promise<unknown> => sharp(path).raw().toBuffer();
    const thumbnail = (path: string): Promise<unknown> =>
      sharp(path).resize(320, 320, { fit: 'inside' }).webp().toBuffer();
    // The first round also fills the file cache for all that follow; bare rounds before and after even out other load.
    await timed(() => each(paths, decode));
    const decodeBefore = await timed(() => each(paths, decode));
    const imported = await timed(() => importAll(join(folder, 'project'), photos, count));
    const decodeAfter = await timed(() => each(paths, decode));
    const thumbnails = await timed(() => each(paths, thumbnail));
    const bare = {
      wallMs: (decodeBefore.wallMs + decodeAfter.wallMs) / 2,
      cpuMs: (decodeBefore.cpuMs + decodeAfter.cpuMs) / 2,
    };
    const ratio = bare.wallMs / imported.wallMs;
    const rate = (ms: number): string => `${((count * 1000) / ms).toFixed(0)} photos/s`;
    const work = `${count} photos of ${widthPx} × ${heightPx}`;
    return [
      {
        name: 'import against bare sharp decoding',
        value: ratio,
        target: '≥ 0.8',
        unit: '×',
        ok: ratio >= 0.8,
        note: `${work}: ${rate(imported.wallMs)} against ${rate(bare.wallMs)}; processor time ${(bare.cpuMs / imported.cpuMs).toFixed(2)} ×`,
      },
      {
        name: 'import against bare sharp thumbnails',
        value: thumbnails.wallMs / imported.wallMs,
        target: null,
        unit: '×',
        ok: true,
        note: `${rate(thumbnails.wallMs)} for thumbnails alone, without hash, EXIF and database`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function generate(folder: string, count: number): Promise<string[]> {
  await mkdir(folder);
  const pictures = await Promise.all(Array.from({ length: distinct }, (_, idx) => picture(idx)));
  const paths: string[] = [];
  for (let idx = 0; idx < count; idx++) {
    const jpeg = pictures[idx % distinct];
    const comment = Buffer.from([0xff, 0xfe, 0, 6, idx >>> 24, (idx >> 16) & 255, (idx >> 8) & 255, idx & 255]);
    const path = join(folder, `IMG_${idx}.jpg`);
    await writeFile(path, Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]));
    paths.push(path);
  }
  return paths;
}

/** Smooth shapes with grain, about as hard for the decoder as a photo. */
async function picture(seed: number): Promise<Buffer> {
  const data = Buffer.alloc(widthPx * heightPx * 3);
  let state = seed + 1;
  for (let y = 0, at = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const grain = (state >>> 28) - 8;
      const shape = 50 * Math.sin(x / 40 + seed) * Math.cos(y / 30) + 40 * Math.sin((x * y) / 9000);
      for (let channel = 0; channel < 3; channel++) data[at++] = 128 + shape * (1 - channel * 0.3) + grain;
    }
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
}

async function importAll(project: string, photos: string, count: number): Promise<void> {
  const store = await ProjectStore.create(project, 'Bench');
  const { imported } = await importSources(store, [photos], false, {
    tools: { probe: probePhotos, videoFrames },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onPhotos: () => undefined,
    onNotice: () => undefined,
  });
  store.close();
  if (imported !== count) throw new Error(`${imported} of ${count} photos were imported.`);
}

async function each(paths: readonly string[], work: (path: string) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < paths.length) await work(paths[next++]);
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
}

async function timed(work: () => Promise<void>): Promise<{ wallMs: number; cpuMs: number }> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(startCpu);
  return { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

if (import.meta.main) console.log(await run(Number(process.argv[2] ?? 1000)));
