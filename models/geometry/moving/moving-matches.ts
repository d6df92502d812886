// Matches of two photos taken one after the other that no point at rest can make, told by the cameras as they have settled.
//
// A point at rest seen in the first photo lies in the second one on a piece of its epipolar line: from where it would be infinitely far
// away to where it would be nearer than anything. That also holds where the camera only turned, when the piece is a point.

import type { Matches } from '../matching/match-descriptors.ts';
import type { SceneMap } from '../map/scene-map.ts';

/** Distance from that piece, as a share of the longer side: four pixels of 640. Poses and lenses of video are worse than a pixel. */
const leastOff = 0.006;
/** A thing moves as one: so many others nearby go the same way. A wrong match goes its own. */
const leastAlike = 4;
const nearby = 0.08;
const sameWay = 0.008;
/** Nothing is nearer than a half of the nearest points, to be safe. */
const nearestShare = 0.5;

/** @returns features of the first and of the second photo that show something moving */
export function movingMatches(map: SceneMap, aIdx: number, bIdx: number, matches: Matches): Matches {
  const off = offsets(map, aIdx, bIdx, matches);
  if (!off) return new Int32Array(0);
  const { graph } = map;
  const a = graph.images[aIdx];
  const side = Math.max(a.widthPx, a.heightPx);
  const strays: { i: number; j: number; x: number; y: number; dx: number; dy: number }[] = [];
  for (let k = 0; k < matches.length / 2; k++) {
    const [dx, dy] = [off[2 * k], off[2 * k + 1]];
    if (!(Math.hypot(dx, dy) > leastOff * side)) continue;
    const [i, j] = [matches[2 * k], matches[2 * k + 1]];
    strays.push({ i, j, x: a.xPx[i], y: a.yPx[i], dx, dy });
  }
  const moving = strays.filter((one) => {
    let alike = -1;
    for (const other of strays) {
      const isNear = Math.hypot(other.x - one.x, other.y - one.y) < nearby * side;
      // Things that turn or come nearer do not go quite the same way.
      const slack = Math.max(sameWay * side, 0.25 * Math.hypot(one.dx, one.dy));
      if (isNear && Math.hypot(other.dx - one.dx, other.dy - one.dy) < slack) alike++;
    }
    return alike >= leastAlike;
  });
  return Int32Array.from(moving.flatMap(({ i, j }) => [i, j]));
}

/** Per match: from the nearest place that a point at rest could have to where it is, pixels of the second photo. null: not both are placed. */
function offsets(map: SceneMap, aIdx: number, bIdx: number, matches: Matches): Float64Array | null {
  const [from, to] = [map.poses.get(aIdx), map.poses.get(bIdx)];
  if (!from || !to) return null;
  // b from a: R = Rb Raᵀ, t = tb − R ta.
  const r = new Float64Array(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 3; k++) r[3 * i + j] += to.rotation[3 * i + k] * from.rotation[3 * j + k];
  const t = [0, 1, 2].map(
    (i) =>
      to.translation[i] -
      (r[3 * i] * from.translation[0] + r[3 * i + 1] * from.translation[1] + r[3 * i + 2] * from.translation[2]),
  );
  const nearest = nearestShare * nearestDepth(map, aIdx);
  if (!(nearest > 0)) return null;
  const [raysA, raysB] = [map.raysOf(aIdx), map.raysOf(bIdx)];
  const { focalPx } = map.cameraOfImage(bIdx);
  const off = new Float64Array(matches.length);
  for (let k = 0; k < matches.length / 2; k++) {
    const [x, y] = [raysA[2 * matches[2 * k]], raysA[2 * matches[2 * k] + 1]];
    const [u, v] = [raysB[2 * matches[2 * k + 1]], raysB[2 * matches[2 * k + 1] + 1]];
    const far = [0, 1, 2].map((i) => r[3 * i] * x + r[3 * i + 1] * y + r[3 * i + 2]);
    const near = far.map((value, i) => value + t[i] / nearest);
    // Behind the second camera there is nothing to compare with.
    if (!(far[2] > 0.05) || !(near[2] > 0.05)) continue;
    const [x0, y0] = [far[0] / far[2], far[1] / far[2]];
    const [ex, ey] = [near[0] / near[2] - x0, near[1] / near[2] - y0];
    const along = ((u - x0) * ex + (v - y0) * ey) / Math.max(1e-12, ex * ex + ey * ey);
    const share = Math.min(1, Math.max(0, along));
    off[2 * k] = (u - x0 - share * ex) * focalPx;
    off[2 * k + 1] = (v - y0 - share * ey) * focalPx;
  }
  return off;
}

/** Of nearly all points that a photo sees; NaN when it sees too few. */
function nearestDepth(map: SceneMap, imageIdx: number): number {
  const pose = map.poses.get(imageIdx);
  const depths: number[] = [];
  for (let feature = 0; pose && feature < map.graph.images[imageIdx].count; feature++) {
    const point = map.points.get(map.pointAt(imageIdx, feature));
    if (!point) continue;
    const { rotation: r, translation: t } = pose;
    depths.push(r[6] * point.x + r[7] * point.y + r[8] * point.z + t[2]);
  }
  depths.sort((a, b) => a - b);
  return depths.length < 20 ? NaN : depths[Math.floor(0.02 * depths.length)];
}
