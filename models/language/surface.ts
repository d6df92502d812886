// Kind of surface from geometry and gravity: floor, ceiling, wall, table-like and the plain directions, from positions and normals.

import { planeAxes } from '../../projects/format/gravity.ts';
import { dot, type Vec3 } from '../../projects/format/sim3.ts';

export const surfaceKinds = [
  'unknown',
  'floor',
  'ceiling',
  'wall',
  'tabletop',
  'horizontal',
  'vertical',
  'slanted',
] as const;
export type SurfaceKind = (typeof surfaceKinds)[number];

/** Large flat things of a scene that tell a floor from a table top and a wall from a cupboard door. */
export interface RoomPlanes {
  upInWorld: Vec3;
  /** Heights along up; null where the scene shows no such plane. */
  floorHeight: number | null;
  ceilingHeight: number | null;
  /** Vertical planes that bound the scene: unit horizontal normal (towards the room) and offset dot(normal, point). */
  walls: readonly { normalInWorld: Vec3; offset: number }[];
  /** Distance within which a point counts as lying on a plane. */
  tolerance: number;
}

/** Share of the scene's height within which a point counts as lying on a plane. */
const toleranceShare = 0.04;
/** Cosine above which a normal counts as along up (30°), and below which as level (75° from up). */
const alongUp = Math.cos(Math.PI / 6);
const acrossUp = Math.cos((75 * Math.PI) / 180);
/** On a known plane a normal may be off by so much (53°): single normals are noisy, and the place says enough. */
const roughly = 0.6;

/**
 * Kind of one surface element.
 * @param normalInWorld unit normal towards the cameras, or zero where unknown
 */
export function surfaceKindOf(planes: RoomPlanes, pointInWorld: Vec3, normalInWorld: Vec3): SurfaceKind {
  const { upInWorld, floorHeight, ceilingHeight, walls, tolerance } = planes;
  const isUnknown = normalInWorld[0] === 0 && normalInWorld[1] === 0 && normalInWorld[2] === 0;
  const looksAlong = (direction: Vec3, sign: 1 | -1): boolean =>
    isUnknown || sign * dot(normalInWorld, direction) > roughly;
  const height = dot(pointInWorld, upInWorld);
  if (floorHeight !== null && height < floorHeight + tolerance && looksAlong(upInWorld, 1)) return 'floor';
  if (ceilingHeight !== null && height > ceilingHeight - tolerance && looksAlong(upInWorld, -1)) return 'ceiling';
  for (const { normalInWorld: wallNormal, offset } of walls)
    if (Math.abs(dot(pointInWorld, wallNormal) - offset) < tolerance && looksAlong(wallNormal, 1)) return 'wall';
  if (isUnknown) return 'unknown';
  const slope = dot(normalInWorld, upInWorld);
  if (slope > alongUp) return floorHeight === null ? 'horizontal' : 'tabletop';
  if (slope < -alongUp) return 'horizontal';
  return Math.abs(slope) > acrossUp ? 'slanted' : 'vertical';
}

/**
 * Finds floor, ceiling and walls in a sample of oriented points.
 *
 * Floor and ceiling are the lowest and highest strong peaks of the height histogram of points that look up or down. Walls are peaks
 * over (direction, offset) of level normals that have (nearly) no points behind them: a cupboard door has the wall behind it. A facade has
 * its doors and windows behind it: what is as tall as the scene and holds a quarter of all that stands is a wall too.
 * @param positions n × 3 in world axes
 * @param normals n × 3 unit normals in world axes, zero where unknown
 */
export function findRoomPlanes(positions: Float32Array, normals: Float32Array, upInWorld: Vec3): RoomPlanes {
  const n = positions.length / 3;
  const heights = new Float32Array(n);
  for (let i = 0; i < n; i++)
    heights[i] =
      positions[3 * i] * upInWorld[0] + positions[3 * i + 1] * upInWorld[1] + positions[3 * i + 2] * upInWorld[2];
  const sorted = Float32Array.from(heights).sort();
  const low = sorted[Math.floor(n * 0.01)] ?? 0;
  const high = sorted[Math.ceil(n * 0.99) - 1] ?? 0;
  const extent = Math.max(high - low, 1e-9);
  const tolerance = extent * toleranceShare;
  const looksUp: number[] = [];
  const looksDown: number[] = [];
  for (let i = 0; i < n; i++) {
    const slope = normals[3 * i] * upInWorld[0] + normals[3 * i + 1] * upInWorld[1] + normals[3 * i + 2] * upInWorld[2];
    if (slope > alongUp) looksUp.push(heights[i]);
    else if (slope < -alongUp) looksDown.push(heights[i]);
  }
  // A floor lies in the lower, a ceiling in the upper part of what is seen, and each takes a fair share of its direction.
  const floorHeight = extremePeak(looksUp, low, high, 1, Math.max(0.15 * looksUp.length, 0.01 * n));
  const ceilingHeight = extremePeak(looksDown, low, high, -1, Math.max(0.2 * looksDown.length, 0.01 * n));
  return {
    upInWorld,
    floorHeight: floorHeight !== null && floorHeight < low + 0.4 * extent ? floorHeight : null,
    ceilingHeight: ceilingHeight !== null && ceilingHeight > low + 0.6 * extent ? ceilingHeight : null,
    walls: findWalls(positions, normals, upInWorld, heights, extent),
    tolerance,
  };
}

/** Height of the first histogram peak with enough points, from below (`direction` 1) or above (−1). */
function extremePeak(
  heights: readonly number[],
  low: number,
  high: number,
  direction: 1 | -1,
  needed: number,
): number | null {
  const bins = 60;
  const counts = new Float64Array(bins);
  const binOf = (h: number): number =>
    Math.max(0, Math.min(bins - 1, Math.floor(((h - low) / Math.max(high - low, 1e-9)) * bins)));
  for (const h of heights) counts[binOf(h)]++;
  for (let step = 0; step < bins; step++) {
    const b = direction === 1 ? step : bins - 1 - step;
    const mass = counts[b] + (counts[b - 1] ?? 0) + (counts[b + 1] ?? 0);
    const isPeak = counts[b] >= (counts[b - 1] ?? 0) && counts[b] >= (counts[b + 1] ?? 0);
    if (mass < needed || mass === 0 || !isPeak) continue;
    const near = heights.filter((h) => Math.abs(binOf(h) - b) <= 1).sort((x, y) => x - y);
    return near[Math.floor(near.length / 2)];
  }
  return null;
}

const wallDirections = 36;
/** Of all that stands, and of the height of the scene: more than that is a wall whatever lies behind it. */
const facade = { share: 0.25, height: 0.6 };

function findWalls(
  positions: Float32Array,
  normals: Float32Array,
  up: Vec3,
  heights: Float32Array,
  extent: number,
): { normalInWorld: Vec3; offset: number }[] {
  const n = positions.length / 3;
  const tolerance = extent * toleranceShare;
  const [east, north] = planeAxes(up);
  const byDirection: number[][] = Array.from({ length: wallDirections }, () => []);
  for (let i = 0; i < n; i++) {
    const normal: Vec3 = [normals[3 * i], normals[3 * i + 1], normals[3 * i + 2]];
    const e = dot(normal, east);
    const no = dot(normal, north);
    if (e * e + no * no < 1 - acrossUp * acrossUp) continue;
    const turn = (Math.atan2(no, e) / (2 * Math.PI) + 1) % 1;
    byDirection[Math.floor(turn * wallDirections) % wallDirections].push(i);
  }
  const total = byDirection.reduce((sum, list) => sum + list.length, 0);
  const walls: { normalInWorld: Vec3; offset: number; mass: number }[] = [];
  byDirection.forEach((own, d) => {
    // Neighbouring directions take part, so that a wall on the border of two bins is not halved.
    const members = [
      ...own,
      ...byDirection[(d + 1) % wallDirections],
      ...byDirection[(d + wallDirections - 1) % wallDirections],
    ];
    if (own.length < 0.02 * total || own.length < 50) return;
    const normalInWorld = meanDirection(own, normals);
    const offsetOf = (i: number): number =>
      positions[3 * i] * normalInWorld[0] +
      positions[3 * i + 1] * normalInWorld[1] +
      positions[3 * i + 2] * normalInWorld[2];
    const offsets = members.map(offsetOf).sort((a, b) => a - b);
    // Only few of all points may lie behind a wall.
    const all: number[] = [];
    for (let i = 0; i < n; i += Math.max(1, Math.floor(n / 4000))) all.push(offsetOf(i));
    all.sort((a, b) => a - b);
    const behindLimit = all[Math.floor(all.length * 0.08)];
    let outermost = { offset: 0, mass: 0 };
    let strongest = outermost;
    for (let lo = 0, hi = 0; lo < offsets.length; lo++) {
      while (hi < offsets.length && offsets[hi] - offsets[lo] < 2 * tolerance) hi++;
      const peak = { offset: offsets[(lo + hi) >> 1], mass: hi - lo };
      if (peak.mass > strongest.mass) strongest = peak;
      if (peak.offset - tolerance < behindLimit && peak.mass > outermost.mass) outermost = peak;
    }
    const isFacade = (): boolean => {
      const own = members.filter((i) => Math.abs(offsetOf(i) - strongest.offset) < tolerance);
      const tall = own.map((i) => heights[i]).sort((a, b) => a - b);
      return tall[Math.floor(0.95 * tall.length)] - tall[Math.floor(0.05 * tall.length)] > facade.height * extent;
    };
    const found = outermost.mass > 0.03 * total ? [outermost] : [];
    if (strongest !== outermost && strongest.mass > facade.share * total && isFacade()) found.push(strongest);
    for (const { offset, mass } of found)
      walls.push({ ...refit({ normalInWorld, offset }, members, positions, [east, north], tolerance), mass });
  });
  // One wall is found from several directions: keep the strongest of those that look the same way.
  walls.sort((a, b) => b.mass - a.mass);
  const kept: { normalInWorld: Vec3; offset: number }[] = [];
  for (const { normalInWorld, offset } of walls) {
    const known = kept.some(
      (w) => dot(w.normalInWorld, normalInWorld) > 0.9 && Math.abs(w.offset - offset) < 3 * tolerance,
    );
    if (!known) kept.push({ normalInWorld, offset });
  }
  return kept;
}

/**
 * Straightens a wall by its own points: a mean normal is a few degrees off, and over the length of a room that is more than the
 * tolerance. Three rounds of a line fit (smallest eigenvector of the 2×2 scatter) over the points near the plane, seen from above.
 */
function refit(
  plane: { normalInWorld: Vec3; offset: number },
  members: readonly number[],
  positions: Float32Array,
  [east, north]: readonly [Vec3, Vec3],
  tolerance: number,
): { normalInWorld: Vec3; offset: number } {
  let { normalInWorld, offset } = plane;
  for (let round = 0; round < 3; round++) {
    // First wide, then as narrow as points are told by.
    const reach = tolerance * (2 - round / 2);
    const near: [number, number][] = [];
    for (const i of members) {
      const p: Vec3 = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
      if (Math.abs(dot(p, normalInWorld) - offset) < reach) near.push([dot(p, east), dot(p, north)]);
    }
    if (near.length < 20) break;
    const mean = [0, 1].map((k) => near.reduce((sum, p) => sum + p[k], 0) / near.length);
    let [xx, xy, yy] = [0, 0, 0];
    for (const [x, y] of near) {
      xx += (x - mean[0]) ** 2;
      xy += (x - mean[0]) * (y - mean[1]);
      yy += (y - mean[1]) ** 2;
    }
    const along = 0.5 * Math.atan2(2 * xy, xx - yy);
    const across: Vec3 = [0, 1, 2].map(
      (k) => -Math.sin(along) * east[k] + Math.cos(along) * north[k],
    ) as unknown as Vec3;
    const sign = dot(across, normalInWorld) < 0 ? -1 : 1;
    normalInWorld = [sign * across[0], sign * across[1], sign * across[2]];
    offset = mean[0] * dot(east, normalInWorld) + mean[1] * dot(north, normalInWorld);
  }
  return { normalInWorld, offset };
}

function meanDirection(indices: readonly number[], normals: Float32Array): Vec3 {
  const sum = [0, 0, 0];
  for (const i of indices) for (let k = 0; k < 3; k++) sum[k] += normals[3 * i + k];
  const l = Math.hypot(...sum);
  return [sum[0] / l, sum[1] / l, sum[2] / l];
}
