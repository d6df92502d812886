// A thing that a question speaks of: some splats of the scene, its box, and how near two of them are.

import { rotate, add, scaled, type Vec3 } from '../../projects/format/sim3.ts';
import { NearestPoints } from '../evaluate/nearest.ts';
import { spacingOf } from './spacing.ts';
import { uprightBox, type UprightBox } from './upright-box.ts';

export interface Thing {
  /** What it is called: the words of the question, with its number where there are several. */
  label: string;
  /** Splats, as indices into the scene. */
  members: ArrayLike<number>;
  box: UprightBox;
  /** Median distance of neighbouring splats, world units. */
  spacing: number;
}

export function thingOf(label: string, positions: ArrayLike<number>, members: ArrayLike<number>, up: Vec3): Thing {
  return { label, members, box: uprightBox(positions, members, up), spacing: spacingOf(positions, members) };
}

/** At most so many splats of a thing take part in a distance; thinning adds to the error. */
const mostPoints = 30_000;
const firstLook = 300;

export interface NearestPair {
  distance: number;
  from: Vec3;
  to: Vec3;
  /** One standard deviation, world units: half the spacing of what was compared on either side, at right angles to the line or not. */
  sigma: number;
}

/**
 * Smallest distance between splats of two things, by a k-d tree over the smaller one. Splats outside the trimmed box of their thing are
 * strays and take no part; of more than 30,000 a fair sample does.
 */
export function nearestPair(positions: ArrayLike<number>, a: Thing, b: Thing): NearestPair {
  const [few, many] = a.members.length <= b.members.length ? [a, b] : [b, a];
  const [small, large] = [compactOf(positions, few), compactOf(positions, many)];
  const tree = new NearestPoints(small.points);
  const isWithin = boxDistance(small.points);
  let best = { distance: Infinity, idx: -1, of: -1 };
  const look = (i: number): void => {
    const [x, y, z] = [large.points[i], large.points[i + 1], large.points[i + 2]];
    if (!isWithin(x, y, z, best.distance)) return;
    const { index, distance } = tree.nearest(x, y, z);
    if (distance < best.distance) best = { distance, idx: index, of: i / 3 };
  };
  // A few from all over first: their distance rules out most of the others without asking the tree.
  const stride = 3 * Math.max(1, Math.floor(large.points.length / 3 / firstLook));
  for (let i = 0; i < large.points.length; i += stride) look(i);
  for (let i = 0; i < large.points.length; i += 3) look(i);
  const at = ({ points }: Compact, i: number): Vec3 => [points[3 * i], points[3 * i + 1], points[3 * i + 2]];
  const ends = [at(small, best.idx), at(large, best.of)];
  const [from, to] = few === a ? ends : [ends[1], ends[0]];
  return { distance: best.distance, from, to, sigma: Math.hypot(small.spacing, large.spacing) / 2 };
}

/** A test whether a place may be nearer than a distance to points: by the box along the axes around them. */
function boxDistance(points: Float32Array): (x: number, y: number, z: number, distance: number) => boolean {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i++) {
    const k = i % 3;
    if (points[i] < low[k]) low[k] = points[i];
    if (points[i] > high[k]) high[k] = points[i];
  }
  const off = (value: number, k: number): number => Math.max(0, low[k] - value, value - high[k]);
  return (x, y, z, distance) => off(x, 0) ** 2 + off(y, 1) ** 2 + off(z, 2) ** 2 < distance * distance;
}

interface Compact {
  points: Float32Array;
  spacing: number;
}

function compactOf(positions: ArrayLike<number>, { members, box, spacing }: Thing): Compact {
  const step = Math.max(1, Math.ceil(members.length / mostPoints));
  const isInside = insideTest(box, 2 * spacing);
  const kept: number[] = [];
  for (let k = 0; k < members.length; k += step) {
    const i = 3 * members[k];
    if (isInside(positions[i], positions[i + 1], positions[i + 2]))
      kept.push(positions[i], positions[i + 1], positions[i + 2]);
  }
  // Every splat outside of its own box: only for fewer than a hundred, where a percent is none.
  if (kept.length === 0) kept.push(...box.center);
  return { points: Float32Array.from(kept), spacing: spacing * Math.sqrt(step) };
}

function insideTest(
  { center, rotation, halfSize }: UprightBox,
  room: number,
): (x: number, y: number, z: number) => boolean {
  const axes = [rotate(rotation, [1, 0, 0]), rotate(rotation, [0, 1, 0]), rotate(rotation, [0, 0, 1])];
  return (x, y, z) => {
    for (let k = 0; k < 3; k++) {
      const along = (x - center[0]) * axes[k][0] + (y - center[1]) * axes[k][1] + (z - center[2]) * axes[k][2];
      if (Math.abs(along) > halfSize[k] + room) return false;
    }
    return true;
  };
}

/** Corners of an upright box, world axes; bit 0 of the index is its first axis, bit 1 its second, bit 2 up. */
export function cornersOf({ center, rotation, halfSize }: UprightBox): Vec3[] {
  const [x, y, z] = [0, 1, 2].map((k) => scaled(rotate(rotation, [+(k === 0), +(k === 1), +(k === 2)]), halfSize[k]));
  const signed = (v: Vec3, isPlus: number): Vec3 => scaled(v, isPlus ? 1 : -1);
  return Array.from({ length: 8 }, (_, i) =>
    add(center, add(signed(x, i & 1), add(signed(y, i & 2), signed(z, i & 4)))),
  );
}
