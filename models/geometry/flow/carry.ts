// Points of one photo carried into the next by optical flow, where descriptors found no partner: more and longer tracks where little
// can be told apart. Every point must come back to where it began, and agree with the epipolar geometry of the pair.

import type { Keypoints } from '../features/features.ts';
import { grayFromRgb } from '../features/gray-image.ts';
import type { RgbImage } from '../../run/reconstructor.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';
import { trackPatch } from './lucas-kanade.ts';
import { pyramidOf } from './pyramid.ts';

/** Where features of the earlier photo, `fromIdx`, are in the later one; pixels of the working size. */
export interface CarriedPoints {
  fromIdx: Int32Array;
  xPx: Float32Array;
  yPx: Float32Array;
}

/** Between photos that moved by more of their longer side (median of the matches), a patch does not look the same any more. */
const mostMotion = 0.08;
const levels = 3;
/** Pixels between a point and where flow backwards takes it. */
const roundTripPx = 0.5;
/** Distance to the epipolar line as a share of the longer side: 1.3 pixels of 640, half of what descriptors may have. */
const epipolarShare = 0.002;
/** Cells along the longer side, and points that each needs: where descriptors have enough, nothing is carried. */
const cells = 24;
const enough = 3;

/**
 * With so many matches flow brings nothing: on redkitchen_rgbd and kitti_seq1 it gave a fifth more observations, and poses that were
 * the same or a tenth worse.
 */
const plenty = 250;

/** Whether two photos are from one walk or video, close enough for flow, and share too little for descriptors alone. */
export function wantsFlow(a: Keypoints, b: Keypoints, { inliers }: PairGeometry): boolean {
  if (a.widthPx !== b.widthPx || a.heightPx !== b.heightPx || inliers.length / 2 >= plenty) return false;
  const motions: number[] = [];
  for (let k = 0; k < inliers.length; k += 2) {
    const [i, j] = [inliers[k], inliers[k + 1]];
    motions.push(Math.hypot(b.xPx[j] - a.xPx[i], b.yPx[j] - a.yPx[i]));
  }
  motions.sort((p, q) => p - q);
  return motions[motions.length >> 1] < mostMotion * Math.max(a.widthPx, a.heightPx);
}

/** @param pair from a to b: its matches say where to look, its geometry what to believe */
export function carryPoints(
  a: Keypoints,
  b: Keypoints,
  pictures: readonly [RgbImage, RgbImage],
  pair: PairGeometry,
): CarriedPoints {
  const [from, to] = pictures.map((picture) => pyramidOf(grayFromRgb(picture), levels));
  const side = Math.max(a.widthPx, a.heightPx);
  const crowd = new Crowd(b, side / cells);
  const guide = new Guide(a, b, pair.inliers, side / cells);
  const matched = new Set<number>();
  for (let k = 0; k < pair.inliers.length; k += 2) {
    matched.add(pair.inliers[k]);
    crowd.add(b.xPx[pair.inliers[k + 1]], b.yPx[pair.inliers[k + 1]]);
  }
  const found: { i: number; x: number; y: number }[] = [];
  const seen = new Set<number>();
  // Finest features last: of two at one place the coarser one is carried.
  for (let i = 0; i < a.count; i++) {
    const x = a.xPx[i];
    const y = a.yPx[i];
    const place = Math.round(2 * y) * 65536 + Math.round(2 * x);
    if (matched.has(i) || seen.has(place)) continue;
    seen.add(place);
    const guess = guide.from(x, y);
    if (!guess || crowd.isFull(guess.x, guess.y)) continue;
    const there = trackPatch(from, to, { x, y }, guess);
    if (!there || crowd.isFull(there.x, there.y)) continue;
    if (epipolarDistance(pair.fundamental, a, b, side, x, y, there.x, there.y) > epipolarShare) continue;
    const back = trackPatch(to, from, there, { x, y });
    if (!back || Math.hypot(back.x - x, back.y - y) > roundTripPx) continue;
    crowd.add(there.x, there.y);
    found.push({ i, ...there });
  }
  return {
    fromIdx: Int32Array.from(found, ({ i }) => i),
    xPx: Float32Array.from(found, ({ x }) => x),
    yPx: Float32Array.from(found, ({ y }) => y),
  };
}

/** How many points each cell of a photo has. */
class Crowd {
  readonly #cellPx: number;
  readonly #columns: number;
  readonly #counts: Uint16Array;

  constructor({ widthPx, heightPx }: Keypoints, cellPx: number) {
    this.#cellPx = cellPx;
    this.#columns = Math.ceil(widthPx / cellPx);
    this.#counts = new Uint16Array(this.#columns * Math.ceil(heightPx / cellPx));
  }

  add(x: number, y: number): void {
    this.#counts[this.#cell(x, y)]++;
  }

  /** Outside of the photo nothing is wanted. */
  isFull(x: number, y: number): boolean {
    return !(x >= 0 && y >= 0) || !(this.#counts[this.#cell(x, y)] < enough);
  }

  #cell(x: number, y: number): number {
    const column = Math.floor(x / this.#cellPx);
    return column < this.#columns ? Math.floor(y / this.#cellPx) * this.#columns + column : -1;
  }
}

/** Motion of the matches around a place: the median of the nearest few. */
class Guide {
  readonly #a: Keypoints;
  readonly #b: Keypoints;
  readonly #cellPx: number;
  readonly #pairs = new Map<number, [number, number][]>();

  constructor(a: Keypoints, b: Keypoints, inliers: Int32Array, cellPx: number) {
    this.#a = a;
    this.#b = b;
    this.#cellPx = 2 * cellPx;
    for (let k = 0; k < inliers.length; k += 2) {
      const key = this.#key(a.xPx[inliers[k]], a.yPx[inliers[k]]);
      const list = this.#pairs.get(key) ?? [];
      if (list.length === 0) this.#pairs.set(key, list);
      list.push([inliers[k], inliers[k + 1]]);
    }
  }

  /** null: no match is near. */
  from(x: number, y: number): { x: number; y: number } | null {
    const near: { d: number; dx: number; dy: number }[] = [];
    for (let ring = 1; ring <= 3 && near.length < 3; ring++) {
      near.length = 0;
      for (let row = -ring; row <= ring; row++)
        for (let column = -ring; column <= ring; column++)
          for (const [i, j] of this.#pairs.get(this.#key(x + column * this.#cellPx, y + row * this.#cellPx)) ?? [])
            near.push({
              d: Math.hypot(this.#a.xPx[i] - x, this.#a.yPx[i] - y),
              dx: this.#b.xPx[j] - this.#a.xPx[i],
              dy: this.#b.yPx[j] - this.#a.yPx[i],
            });
    }
    if (near.length === 0) return null;
    const nearest = near.sort((p, q) => p.d - q.d).slice(0, 5);
    const middle = (values: number[]): number => values.sort((p, q) => p - q)[values.length >> 1];
    return { x: x + middle(nearest.map(({ dx }) => dx)), y: y + middle(nearest.map(({ dy }) => dy)) };
  }

  #key(x: number, y: number): number {
    return Math.floor(y / this.#cellPx) * 4096 + Math.floor(x / this.#cellPx);
  }
}

/** Sampson distance as a share of the longer side; coordinates of F as in `PairGeometry`. */
function epipolarDistance(
  f: PairGeometry['fundamental'],
  a: Keypoints,
  b: Keypoints,
  side: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): number {
  const [x1, y1] = [(ax - a.widthPx / 2) / side, (ay - a.heightPx / 2) / side];
  const [x2, y2] = [(bx - b.widthPx / 2) / side, (by - b.heightPx / 2) / side];
  const u = f[0] * x1 + f[1] * y1 + f[2];
  const v = f[3] * x1 + f[4] * y1 + f[5];
  const w = f[6] * x1 + f[7] * y1 + f[8];
  const s = f[0] * x2 + f[3] * y2 + f[6];
  const t = f[1] * x2 + f[4] * y2 + f[7];
  return Math.abs(x2 * u + y2 * v + w) / Math.sqrt(u * u + v * v + s * s + t * t);
}
