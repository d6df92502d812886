// What features are asked for: the splats of their own photo, as eleven numbers each, and back.

import { discTowards, emptyColumns } from '../../geometry/gaussians.ts';
import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { projectPoint, rayThroughPixel, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import { dot, normalized, rotate, scaled, type Vec3 } from '../../../projects/format/sim3.ts';

/** Numbers of a splat: log depth, log sizes over depth (3), normal (3), opacity, colour (3). */
export const targetCount = 11;
const at = { depth: 0, sizes: 1, normal: 4, opacity: 7, color: 8 } as const;

/** Which part of the splats is read out of features; the rest is as the scene has it. */
export const probeKinds = ['geometry', 'texture', 'all'] as const;
export type ProbeKind = (typeof probeKinds)[number];

export interface ProbedSplats {
  /** n × 2: where each lies on its photo, in shares of the sides. */
  places: Float32Array;
  /** n × `targetCount` */
  targets: Float32Array;
}

/** @param camera of the photo whose splats these are */
export function targetsOf(columns: GaussianColumns, camera: Intrinsics): ProbedSplats {
  const { count, means, logScales, colors } = columns;
  const places = new Float32Array(2 * count);
  const targets = new Float32Array(targetCount * count);
  for (let i = 0; i < count; i++) {
    const mean = vectorAt(means, i);
    const [x, y] = projectPoint(camera, mean) ?? [0, 0];
    places.set([x / camera.widthPx, y / camera.heightPx], 2 * i);
    const logDepth = Math.log(Math.max(1e-9, mean[2]));
    const t = targetCount * i;
    targets[t + at.depth] = logDepth;
    for (let k = 0; k < 3; k++) {
      targets[t + at.sizes + k] = logScales[3 * i + k] - logDepth;
      targets[t + at.color + k] = colors[4 * i + k] / 255;
    }
    targets.set(normalTowards(columns, i, mean), t + at.normal);
    targets[t + at.opacity] = colors[4 * i + 3] / 255;
  }
  return { places, targets };
}

/** The splats of a photo with what was read out in place of their own. @param read n × `targetCount` */
export function readOutSplats(
  kind: ProbeKind,
  columns: GaussianColumns,
  camera: Intrinsics,
  { places }: ProbedSplats,
  read: Float32Array,
): GaussianColumns {
  const { count } = columns;
  const out = emptyColumns(count);
  out.featureIdx.set(columns.featureIdx);
  out.colors.set(columns.colors);
  if (kind === 'texture') {
    out.means.set(columns.means);
    out.logScales.set(columns.logScales);
    out.rotations.set(columns.rotations);
  }
  for (let i = 0; i < count; i++) {
    const t = targetCount * i;
    if (kind !== 'geometry') for (let k = 0; k < 3; k++) out.colors[4 * i + k] = byte(read[t + at.color + k]);
    if (kind === 'texture') continue;
    const depth = Math.exp(read[t + at.depth]);
    const ray = rayThroughPixel(camera, places[2 * i] * camera.widthPx, places[2 * i + 1] * camera.heightPx);
    const mean = scaled(ray, depth / ray[2]);
    out.means.set(mean, 3 * i);
    for (let k = 0; k < 3; k++) out.logScales[3 * i + k] = read[t + at.sizes + k] + read[t + at.depth];
    const normal = normalized(vectorAt(read.subarray(t + at.normal), 0));
    const { rotation } = discTowards(normal[0] === 0 && normal[1] === 0 && normal[2] === 0 ? [0, 0, -1] : normal, mean);
    for (let k = 0; k < 4; k++) out.rotations[4 * i + k] = Math.round(32767 * rotation[k]);
    out.colors[4 * i + 3] = byte(read[t + at.opacity]);
  }
  return out;
}

export const logDepthOf = (read: Float32Array, i: number): number => read[targetCount * i + at.depth];

/** The thin axis of a disc, on the side that the camera sees. */
function normalTowards({ rotations }: GaussianColumns, i: number, mean: Vec3): Vec3 {
  const [x, y, z, w] = Array.from(rotations.subarray(4 * i, 4 * i + 4), (value) => value / 32767);
  const normal = rotate([x, y, z, w], [0, 0, 1]);
  return dot(normal, mean) > 0 ? scaled(normal, -1) : normal;
}

const vectorAt = (column: Float32Array, i: number): Vec3 => [column[3 * i], column[3 * i + 1], column[3 * i + 2]];
const byte = (share: number): number => Math.round(255 * Math.max(0, Math.min(1, share)));
