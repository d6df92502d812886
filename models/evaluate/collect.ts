// Brings the points of a run and the sensor's depth together, cell by cell and as clouds in the axes of the truth.

import { rayThroughPixel, resized, type Intrinsics } from '../../projects/format/intrinsics.ts';
import type { GroundTruth, GroundTruthDepth } from '../../projects/format/ground-truth.ts';
import type { PointColumns } from '../../projects/format/point-chunk.ts';
import type { Frame } from '../../projects/format/scene.ts';
import { compose, rotate, transformPoint, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';
import { thinned, type Cloud } from './points.ts';

/** A frame of the run with the place of its photo in input order. */
export type EvaluatedFrame = Pick<Frame, 'status' | 'submapIdx' | 'worldFromCamera' | 'intrinsics'> & {
  orderIdx: number;
};

/** A point counts as confident from here on: confidence 0.5 of 1. */
export const confidentFrom = 128;

/** At most so many points per side enter the cloud metrics: they change in the third digit beyond, and the time does not. */
const cloudLimit = 60_000;

export interface CollectedDepth {
  /** Confident cells with sensor depth: predicted depth in units of the run's world, and metres. */
  prediction: Float64Array;
  truth: Float64Array;
  /** Grid cells with sensor depth, over the frames that have both. */
  sensorCells: number;
  confidentCells: number;
  frames: number;
  clouds: { prediction: Cloud; truth: Cloud } | null;
}

export async function collectDepth(input: {
  frames: readonly EvaluatedFrame[];
  pointsOf(orderIdx: number): Promise<PointColumns | null>;
  groundTruth: GroundTruth;
  /** Puts the run's world into the truth's; null leaves the clouds out. */
  truthFromWorld: Sim3 | null;
  submapIdx: number;
}): Promise<CollectedDepth> {
  const { groundTruth, truthFromWorld } = input;
  const withDepth = new Set(groundTruth.depthIdxs);
  const frames = input.frames.filter((frame) => withDepth.has(frame.orderIdx));
  const prediction: number[] = [];
  const truth: number[] = [];
  let sensorCells = 0;
  let met = 0;
  const predictedCloud = new CloudBuilder(Math.ceil(cloudLimit / Math.max(1, frames.length)));
  const trueCloud = new CloudBuilder(Math.ceil(cloudLimit / Math.max(1, frames.length)));
  for (const frame of frames) {
    const points = await input.pointsOf(frame.orderIdx);
    const sensor = points && (await groundTruth.readDepth(frame.orderIdx));
    if (!points || !sensor || frame.worldFromCamera === null) continue;
    met++;
    for (let row = 0; row < points.gridHeightPx; row++)
      for (let column = 0; column < points.gridWidthPx; column++)
        if (metresAt(sensor, points, column, row) > 0) sensorCells++;
    for (let i = 0; i < points.count; i++) {
      if (!isConfident(points, i)) continue;
      const metres = metresAt(sensor, points, points.pixels[i * 2], points.pixels[i * 2 + 1]);
      if (!(metres > 0)) continue;
      prediction.push(points.positions[i * 3 + 2] * frame.worldFromCamera.scale);
      truth.push(metres);
    }
    const pose = groundTruth.poses.get(frame.orderIdx);
    const camera = groundTruth.intrinsics.get(frame.orderIdx);
    if (!truthFromWorld || frame.submapIdx !== input.submapIdx || !pose || !camera) continue;
    addPoints(predictedCloud, points, compose(truthFromWorld, frame.worldFromCamera));
    addSensor(trueCloud, sensor, resized(camera, sensor.widthPx, sensor.heightPx), pose);
  }
  const clouds = truthFromWorld && trueCloud.size > 0 ? thinnedClouds(predictedCloud.cloud(), trueCloud.cloud()) : null;
  return {
    prediction: Float64Array.from(prediction),
    truth: Float64Array.from(truth),
    sensorCells,
    confidentCells: prediction.length,
    frames: met,
    clouds,
  };
}

const isConfident = (points: PointColumns, i: number): boolean =>
  points.colors[i * 4 + 3] >= confidentFrom && points.flags[i] === 0;

/** Sensor depth under the centre of a grid cell. */
function metresAt(sensor: GroundTruthDepth, grid: PointColumns, column: number, row: number): number {
  const x = Math.floor(((column + 0.5) * sensor.widthPx) / grid.gridWidthPx);
  const y = Math.floor(((row + 0.5) * sensor.heightPx) / grid.gridHeightPx);
  return sensor.metres[y * sensor.widthPx + x];
}

class CloudBuilder {
  readonly limitPerFrame: number;
  readonly #positions: number[] = [];
  readonly #normals: number[] = [];
  constructor(limitPerFrame: number) {
    this.limitPerFrame = limitPerFrame;
  }
  get size(): number {
    return this.#positions.length / 3;
  }
  add(position: Vec3, normal: Vec3): void {
    this.#positions.push(...position);
    this.#normals.push(...normal);
  }
  cloud(): Cloud {
    return { positions: Float32Array.from(this.#positions), normals: Float32Array.from(this.#normals) };
  }
}

/** Every n-th point of a chunk: whatever its order, that is a fair share. */
function addPoints(cloud: CloudBuilder, points: PointColumns, truthFromCamera: Sim3): void {
  const stride = Math.max(1, Math.ceil(points.count / cloud.limitPerFrame));
  for (let i = 0; i < points.count; i += stride) {
    if (!isConfident(points, i)) continue;
    const at = i * 3;
    const { positions, normals } = points;
    cloud.add(
      transformPoint(truthFromCamera, [positions[at], positions[at + 1], positions[at + 2]]),
      rotate(truthFromCamera.rotation, [normals[at] / 127, normals[at + 1] / 127, normals[at + 2] / 127]),
    );
  }
}

/** Every n-th sensor pixel with the normal of the surface through its right and lower neighbours. */
function addSensor(cloud: CloudBuilder, sensor: GroundTruthDepth, camera: Intrinsics, pose: Sim3): void {
  const { widthPx, heightPx, metres } = sensor;
  const stride = Math.max(1, Math.floor(Math.sqrt((widthPx * heightPx) / cloud.limitPerFrame)));
  const at = (x: number, y: number): Vec3 | null => {
    if (x >= widthPx || y >= heightPx || !(metres[y * widthPx + x] > 0)) return null;
    const ray = rayThroughPixel(camera, x + 0.5, y + 0.5);
    const z = metres[y * widthPx + x];
    return [ray[0] * z, ray[1] * z, z];
  };
  // Two pixels apart, because neighbouring sensor values are the same step of the sensor's disparity.
  const reach = 2;
  for (let y = 0; y < heightPx; y += stride)
    for (let x = 0; x < widthPx; x += stride) {
      const p = at(x, y);
      if (!p) continue;
      const right = at(x + reach, y);
      const down = at(x, y + reach);
      cloud.add(transformPoint(pose, p), right && down ? rotate(pose.rotation, normalOf(p, right, down)) : [0, 0, 0]);
    }
}

function normalOf(p: Vec3, right: Vec3, down: Vec3): Vec3 {
  const [ax, ay, az] = [right[0] - p[0], right[1] - p[1], right[2] - p[2]];
  const [bx, by, bz] = [down[0] - p[0], down[1] - p[1], down[2] - p[2]];
  const n: Vec3 = [by * az - bz * ay, bz * ax - bx * az, bx * ay - by * ax];
  const l = Math.hypot(...n);
  // An edge of the surface: the neighbours belong to something else.
  if (l === 0 || Math.abs(az) > 0.1 * p[2] || Math.abs(bz) > 0.1 * p[2]) return [0, 0, 0];
  return [n[0] / l, n[1] / l, n[2] / l];
}

/** Both clouds on the same cells, a five-hundredth of the truth's extent wide. */
function thinnedClouds(prediction: Cloud, truth: Cloud): { prediction: Cloud; truth: Cloud } {
  let sum = 0;
  for (let k = 0; k < 3; k++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = k; i < truth.positions.length; i += 3) {
      low = Math.min(low, truth.positions[i]);
      high = Math.max(high, truth.positions[i]);
    }
    sum += (high - low) ** 2;
  }
  const cell = Math.sqrt(sum) / 500;
  return cell > 0 ? { prediction: thinned(prediction, cell), truth: thinned(truth, cell) } : { prediction, truth };
}
