// Depth that a learned method has predicted, corrected by plane sweep in a narrow band around it, where other photos confirm.
//
// The sweep tells by which share a surface lies nearer or further; points move along their rays by that share, so that the fine structure
// of the prediction stays. What no other photo confirms, or what moves by itself, stays as it was predicted.

import { projectPoint, rayThroughPixel, resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import { pointFlag, type PointColumns } from '../../../projects/format/point-chunk.ts';
import { inverse, scaled, transformPoint } from '../../../projects/format/sim3.ts';
import type { RgbImage } from '../../run/reconstructor.ts';
import { Dense, type DenseOptions, type DenseView } from '../dense/dense.ts';
import type { DepthWork } from '../dense/depth-work.ts';
import type { SparsePoint } from '../dense/neighbours.ts';
import type { DepthPicture } from '../dense/point-map.ts';
import type { RefinedPose } from './refine.ts';
import type { FrameDepth } from '../frame-depth.ts';

export interface SharpenFrame extends RefinedPose {
  depth: FrameDepth;
  /** The photo at the size that is swept. */
  read(): Promise<RgbImage>;
}

/** Sample points of a frame along its longer side: they tell who sees the same. */
const samplesAcross = 12;
/** A sample is seen where another frame's depth is the same but for this share. */
const samePlace = 0.1;

export class DepthSharpener {
  readonly #dense: Dense;
  readonly #frames: Map<string, SharpenFrame>;

  /** @param frames of one world, with poses that fit the photos */
  constructor(frames: readonly SharpenFrame[], work: DepthWork, options: DenseOptions = {}) {
    this.#dense = new Dense(work, options);
    this.#frames = new Map(frames.map((frame) => [frame.photoId, frame]));
    for (const frame of frames) this.#dense.setView(viewOf(frame));
    this.#dense.setPoints(samplesOf(frames));
  }

  /** The frame's points with corrected positions; null when nothing was confirmed. @param upcoming frames that come next */
  async sharpened(
    photoId: string,
    points: PointColumns,
    upcoming: readonly string[] = [],
  ): Promise<PointColumns | null> {
    const frame = this.#frames.get(photoId);
    this.#dense.prepareDepth(upcoming);
    const picture = frame && (await this.#dense.depthOf(photoId));
    return frame && picture ? corrected(points, frame, picture) : null;
  }

  dispose(): Promise<void> {
    return this.#dense.dispose();
  }
}

function viewOf({ photoId, worldFromCamera, intrinsics, depth, read }: SharpenFrame): DenseView {
  const prior = (camera: Intrinsics): Float32Array => priorOf(camera, intrinsics, depth, worldFromCamera.scale);
  return { photoId, read, intrinsics, worldFromCamera, prior };
}

/** Predicted depth in units of the world on the grid of a camera without distortion. */
const priorOf = (camera: Intrinsics, intrinsics: Intrinsics, depth: FrameDepth, scale: number): Float32Array =>
  depth.onGrid(camera, intrinsics).map((z) => z * scale);

function samplesOf(frames: readonly SharpenFrame[]): SparsePoint[] {
  const others = frames.map((frame) => ({ ...frame, cameraFromWorld: inverse(frame.worldFromCamera) }));
  return frames.flatMap(({ photoId, intrinsics, depth, worldFromCamera }) => {
    const step = Math.max(intrinsics.widthPx, intrinsics.heightPx) / samplesAcross;
    const points: SparsePoint[] = [];
    for (let y = step / 2; y < intrinsics.heightPx; y += step)
      for (let x = step / 2; x < intrinsics.widthPx; x += step) {
        const z = depth.at(x, y);
        if (!(z > 0) || depth.isMoving(x, y)) continue;
        const position = transformPoint(worldFromCamera, scaled(rayThroughPixel(intrinsics, x, y), z));
        const seenBy = others.flatMap((other) => {
          if (other.photoId === photoId) return [photoId];
          const there = transformPoint(other.cameraFromWorld, position);
          const pixel = projectPoint(other.intrinsics, there);
          const sees = pixel && Math.abs(other.depth.at(...pixel) / there[2] - 1) < samePlace;
          return sees ? [other.photoId] : [];
        });
        points.push({ position, seenBy });
      }
    return points;
  });
}

/** Shares of the depth by which cells of the sweep move; NaN where nothing is confirmed. */
function sharesOf({ intrinsics, depth, worldFromCamera }: SharpenFrame, picture: DepthPicture): Float32Array {
  const camera = { ...resized(intrinsics, picture.widthPx, picture.heightPx), k1: 0, k2: 0 };
  return priorOf(camera, intrinsics, depth, worldFromCamera.scale).map((z, i) => picture.depth[i] / z);
}

function corrected(points: PointColumns, frame: SharpenFrame, picture: DepthPicture): PointColumns | null {
  const shares = sharesOf(frame, picture);
  const { intrinsics, depth } = frame;
  const lens = resized(intrinsics, picture.widthPx, picture.heightPx);
  const positions = points.positions.slice();
  let moved = 0;
  for (let i = 0; i < points.count; i++) {
    if (points.flags[i] & pointFlag.moving) continue;
    const [x, y] = depth.pixelOf(points.pixels[2 * i], points.pixels[2 * i + 1]);
    const ray = rayThroughPixel(intrinsics, x, y);
    const share = shareAt(shares, picture, lens.fxPx * ray[0] + lens.cxPx, lens.fyPx * ray[1] + lens.cyPx);
    if (!(share > 0)) continue;
    for (let k = 0; k < 3; k++) positions[3 * i + k] *= share;
    moved++;
  }
  return moved > 0 ? { ...points, positions } : null;
}

/** Between cells where all four are confirmed, else the nearest one's. */
function shareAt(shares: Float32Array, { widthPx, heightPx }: DepthPicture, xPx: number, yPx: number): number {
  const column = Math.floor(xPx);
  const row = Math.floor(yPx);
  if (!(column >= 0 && row >= 0 && column < widthPx && row < heightPx)) return NaN;
  const nearest = shares[row * widthPx + column];
  const x0 = Math.min(widthPx - 2, Math.max(0, Math.floor(xPx - 0.5)));
  const y0 = Math.min(heightPx - 2, Math.max(0, Math.floor(yPx - 0.5)));
  const fx = Math.min(1, Math.max(0, xPx - 0.5 - x0));
  const fy = Math.min(1, Math.max(0, yPx - 0.5 - y0));
  const at = y0 * widthPx + x0;
  const top = shares[at] * (1 - fx) + shares[at + 1] * fx;
  const between = top * (1 - fy) + (shares[at + widthPx] * (1 - fx) + shares[at + widthPx + 1] * fx) * fy;
  return Number.isNaN(between) ? nearest : between;
}
