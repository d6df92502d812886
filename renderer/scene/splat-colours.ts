// Colours of splats: as photographed, or as the answer to a question. One pass over typed arrays, nothing else.

import type { GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import { hasRow, type RowBits } from '../../projects/format/row-set.ts';
import { transformPoint, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';

export interface InstancePaint {
  min: Vec3;
  max: Vec3;
  /** sRGB 0…255 */
  color: Vec3;
}

/** What splats shall show. Scores and labels are one byte a splat, by chunk. */
export type SplatPaint =
  | { mode: 'photo' }
  | { mode: 'heat'; scores: ReadonlyMap<string, Uint8Array>; ramp: Uint8Array }
  | { mode: 'mask'; scores: ReadonlyMap<string, Uint8Array>; threshold: number }
  | {
      mode: 'instances';
      scores: ReadonlyMap<string, Uint8Array>;
      threshold: number;
      instances: readonly InstancePaint[];
    }
  /** Three bytes a splat. */
  | { mode: 'features'; colors: ReadonlyMap<string, Uint8Array> }
  | { mode: 'labels'; labels: ReadonlyMap<string, Uint8Array>; colors: readonly Vec3[] };

/** A splat that does not answer keeps this much of its light, without its colour; the rest is the ground's, dark or light. */
const kept = 0.52;
/** Scores at which heat begins to show and shows in full, 0…255. */
const heatFrom = 64;
const heatFull = 140;

/**
 * Colours and opacities of a chunk.
 * @param ground what stands behind the scene, sRGB 0…255: what does not answer fades towards it
 * @param gone tells splats that an edit has deleted, by their place in camera axes; null when there are none
 * @returns count × 4 sRGB and opacity; null when the splats' own colours are right
 */
export function paintSplats(
  columns: GaussianColumns,
  paint: SplatPaint,
  ground: Vec3,
  chunkId: string,
  worldFromCamera: Sim3,
  gone: ((pointInCamera: Vec3) => boolean) | null,
): Uint8Array | null {
  if (paint.mode === 'photo' && !gone) return null;
  const { count, colors, means } = columns;
  const rgba = colors.slice(0, 4 * count);
  if (paint.mode === 'heat') heat(rgba, paint.scores.get(chunkId), paint.ramp, ground);
  else if (paint.mode === 'mask') mask(rgba, paint.scores.get(chunkId), paint.threshold * 255, ground);
  else if (paint.mode === 'features') features(rgba, paint.colors.get(chunkId));
  else if (paint.mode === 'labels') labels(rgba, paint.labels.get(chunkId), paint.colors, ground);
  else if (paint.mode === 'instances') {
    const { threshold, instances } = paint;
    const scores = paint.scores.get(chunkId);
    mask(rgba, scores, threshold * 255, ground);
    if (scores)
      for (let i = 0; i < count; i++) {
        if (scores[i] < threshold * 255) continue;
        const p = transformPoint(worldFromCamera, [means[3 * i], means[3 * i + 1], means[3 * i + 2]]);
        const owner = ownerOf(p, instances);
        if (owner) blend(rgba, i, owner.color, 0.62);
      }
  }
  if (gone)
    for (let i = 0; i < count; i++) if (gone([means[3 * i], means[3 * i + 1], means[3 * i + 2]])) rgba[4 * i + 3] = 0;
  return rgba;
}

/** What is selected glows in one colour; what edits have taken away is clear. @param rgba count × 4, changed in place */
export function markRows(rgba: Uint8Array, gone: RowBits | null, selected: RowBits | null, color: Vec3): void {
  for (let i = 0; i < rgba.length / 4; i++) {
    if (selected !== null && hasRow(selected, i)) blend(rgba, i, color, 0.75);
    if (gone !== null && hasRow(gone, i)) rgba[4 * i + 3] = 0;
  }
}

function heat(rgba: Uint8Array, scores: Uint8Array | undefined, ramp: Uint8Array, ground: Vec3): void {
  for (let i = 0; i < rgba.length / 4; i++) {
    const score = scores?.[i] ?? 0;
    const share = Math.max(0, Math.min(1, (score - heatFrom) / (heatFull - heatFrom)));
    const grey = greyOf(rgba, i);
    // A little of the light stays in the heat, so that shapes can still be read.
    const light = 0.55 + 0.45 * (grey / 255);
    for (let k = 0; k < 3; k++)
      rgba[4 * i + k] = faded(grey, ground[k]) * (1 - share) + ramp[3 * score + k] * light * share;
  }
}

function mask(rgba: Uint8Array, scores: Uint8Array | undefined, threshold: number, ground: Vec3): void {
  for (let i = 0; i < rgba.length / 4; i++) if ((scores?.[i] ?? 0) < threshold) fade(rgba, i, ground);
}

function features(rgba: Uint8Array, colors: Uint8Array | undefined): void {
  for (let i = 0; i < rgba.length / 4; i++)
    if (colors) blend(rgba, i, [colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]], 0.85);
}

function labels(rgba: Uint8Array, labelOf: Uint8Array | undefined, colors: readonly Vec3[], ground: Vec3): void {
  for (let i = 0; i < rgba.length / 4; i++) {
    const color = colors[labelOf?.[i] ?? 255];
    if (color) blend(rgba, i, color, 0.7);
    else fade(rgba, i, ground);
  }
}

/** Boxes leave out the outermost splats of a thing, often a whole face: the nearest box within this share of its diagonal counts. */
const boxMargin = 0.06;

function ownerOf(p: Vec3, instances: readonly InstancePaint[]): InstancePaint | null {
  let best: InstancePaint | null = null;
  let bestShare = boxMargin;
  for (const instance of instances) {
    const { min, max } = instance;
    const outside = Math.hypot(...p.map((value, k) => Math.max(0, min[k] - value, value - max[k])));
    const share = outside / Math.max(1e-9, Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]));
    if (share <= bestShare) [best, bestShare] = [instance, share];
    if (share === 0) break;
  }
  return best;
}

const faded = (grey: number, ground: number): number => grey * kept + ground * (1 - kept);

function fade(rgba: Uint8Array, i: number, ground: Vec3): void {
  const grey = greyOf(rgba, i);
  for (let k = 0; k < 3; k++) rgba[4 * i + k] = faded(grey, ground[k]);
}

/** Mixes a colour in, shaded by the light of the splat. */
function blend(rgba: Uint8Array, i: number, color: Vec3, share: number): void {
  const light = 0.4 + 0.75 * (greyOf(rgba, i) / 255);
  for (let k = 0; k < 3; k++)
    rgba[4 * i + k] = Math.min(255, rgba[4 * i + k] * (1 - share) + Math.min(255, color[k] * light) * share);
}

const greyOf = (rgba: Uint8Array, i: number): number =>
  0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2];
