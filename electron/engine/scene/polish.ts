// Splats of a scene polished against its photos, a few looks at a time: whoever asks may stop between two of them.

import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineProgressReport } from '../../contract/engine.ts';
import type { PolishBeginRequest, PolishProgress, PolishReply, SceneFrame } from '../../contract/scene-requests.ts';
import type { PlacedGaussians } from '../../../models/geometry/render-gaussians.ts';
import { fewestPhotos, SplatPolish, type PolishOutcome } from '../../../models/geometry/splat-optimisation/polish.ts';
import { columnsOf, stride, valuesOf } from '../../../models/geometry/splat-optimisation/splat-values.ts';
import { viewOf, type View } from '../../../models/geometry/splat-optimisation/view.ts';
import { encodeGaussianChunk } from '../../../projects/format/gaussian-chunk.ts';
import { resized } from '../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { writeDurably } from '../durable-file.ts';
import { readGaussians } from './scene-files.ts';

type Report = (progress: EngineProgressReport) => void;

/** Photos are looked at with this long side: finer than the points of any method, and a second a look at most. */
const longSidePx = 640;
/** Photos in memory; of more, so many spread evenly take part. */
const mostPhotos = 300;
/** Each takes about half a kilobyte while it is optimised. */
const mostSplats = 2_000_000;

/**
 * @param scene splats of each frame, in the order of `frames`
 * @throws StudioFailure nothing-to-polish, photo-missing, photo-unreadable
 */
export async function beginPolish(
  frames: readonly SceneFrame[],
  scene: readonly PlacedGaussians[],
  photoPaths: PolishBeginRequest['photoPaths'],
  report: Report = () => undefined,
): Promise<SplatPolish> {
  if (frames.length < fewestPhotos)
    throw new StudioFailure('nothing-to-polish', { reason: `at least ${fewestPhotos} photos with splats are needed` });
  const splats = scene.reduce((sum, { columns }) => sum + columns.count, 0);
  if (splats > mostSplats)
    throw new StudioFailure('nothing-to-polish', {
      reason: `there are ${splats.toLocaleString('en')} splats, and ${mostSplats.toLocaleString('en')} are the most that it can hold in memory`,
    });
  const values = new Float32Array(stride * splats);
  valuesOf(scene, values);
  const views: View[] = [];
  const every = Math.max(1, frames.length / mostPhotos);
  let from = 0;
  for (const [i, frame] of frames.entries()) {
    const own = { from, to: (from += scene[i].columns.count) };
    if (Math.floor(i / every) === Math.floor((i - 1) / every)) continue;
    report({ stage: 'Reading the photos', fraction: i / frames.length });
    views.push(await readView(frame, photoPaths[frame.photoId], own));
  }
  return SplatPolish.begin(values, views, { workers: availableParallelism() });
}

async function readView({ intrinsics, worldFromCamera }: SceneFrame, path: string, own: View['own']): Promise<View> {
  const scale = Math.min(1, longSidePx / Math.max(intrinsics.widthPx, intrinsics.heightPx));
  const widthPx = Math.round(intrinsics.widthPx * scale);
  const heightPx = Math.round(intrinsics.heightPx * scale);
  const image = await (await openPhoto(path)).read({ widthPx, heightPx, fit: 'fill', enlarge: true });
  return viewOf(image, resized(intrinsics, widthPx, heightPx), worldFromCamera, own);
}

/** The splats of each frame as they are in `values`. */
export function polishedScene(scene: readonly PlacedGaussians[], values: Float32Array): PlacedGaussians[] {
  let start = 0;
  return scene.map(({ columns, worldFromCamera }) => {
    const polished = columnsOf(values, start, worldFromCamera, columns);
    start += columns.count;
    return { columns: polished, worldFromCamera };
  });
}

interface Session {
  polish: SplatPolish;
  scene: PlacedGaussians[];
  gaussianIds: string[];
  startedAtMs: number;
}

let session: Session | null = null;

/** Reads splats and photos; what was begun before is dropped. @throws StudioFailure as `beginPolish`; not-found, chunk-damaged */
export async function polishBegin(
  request: PolishBeginRequest,
  report: Report = () => undefined,
): Promise<PolishProgress> {
  await drop();
  const frames = request.frames.filter(({ gaussians }) => gaussians !== null);
  const scene: PlacedGaussians[] = [];
  for (const { gaussians, worldFromCamera } of frames)
    scene.push({ columns: await readGaussians(gaussians?.path ?? ''), worldFromCamera });
  const startedAtMs = Date.now();
  const polish = await beginPolish(frames, scene, request.photoPaths, report);
  session = { polish, scene, gaussianIds: frames.map(({ gaussians }) => gaussians?.id ?? ''), startedAtMs };
  return { ...polish.progress, finished: false };
}

/** @throws StudioFailure not-found when nothing was begun */
export async function polishAdvance(): Promise<PolishProgress> {
  const { polish } = begun();
  const finished = await polish.advance();
  return { ...polish.progress, finished };
}

/**
 * Writes the splats of every frame as a file of its own; with `chunksFolder: null` all is dropped.
 * @throws StudioFailure not-found, nothing-to-polish, disk-full
 */
export async function polishEnd({ chunksFolder }: { chunksFolder: string | null }): Promise<PolishReply | null> {
  try {
    if (chunksFolder === null) return null;
    const { polish, scene, gaussianIds, startedAtMs } = begun();
    const { values, used, held } = await polish.outcome();
    if (values === null)
      throw new StudioFailure('nothing-to-polish', { reason: 'photos kept out did not look better' });
    const chunks: PolishReply['chunks'] = [];
    for (const [i, { columns }] of polishedScene(scene, values).entries()) {
      const id = randomUUID();
      await writeDurably(join(chunksFolder, `${id}.safetensors`), encodeGaussianChunk(columns));
      chunks.push({ id, gaussianId: gaussianIds[i] });
    }
    const seconds = (Date.now() - startedAtMs) / 1000;
    return { chunks, report: { splats: values.length / stride, used, held, seconds } };
  } finally {
    await drop();
  }
}

function begun(): Session {
  if (!session) throw new StudioFailure('not-found', { what: 'polish' });
  return session;
}

async function drop(): Promise<void> {
  const last = session;
  session = null;
  await last?.polish.dispose();
}

/** All at once. */
export async function polishWhole(polish: SplatPolish, report: Report): Promise<PolishOutcome> {
  try {
    for (let finished = false; !finished;) {
      finished = await polish.advance();
      const { done, total } = polish.progress;
      report({ stage: `Polishing the splats, look ${done} of ${total}`, fraction: done / total });
    }
    return await polish.outcome();
  } finally {
    await polish.dispose();
  }
}
