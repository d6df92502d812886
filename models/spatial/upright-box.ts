// The box around a thing: level, turned about the vertical so that its footprint is smallest.

import { planeAxes } from '../../projects/format/gravity.ts';
import { add, quaternionFromMatrix, scaled, type Quaternion, type Vec3 } from '../../projects/format/sim3.ts';

/** An oriented box whose third axis is up. */
export interface UprightBox {
  center: Vec3;
  /** worldFromBox: columns are the box's axes. */
  rotation: Quaternion;
  /** Half lengths along the box's own axes; the first is not shorter than the second, the third is along up. */
  halfSize: Vec3;
  /** How much an edge hangs on which few splats are strays: half of what it loses from leaving out a thousandth to a hundredth. */
  slack: Vec3;
}

/** Splats outside the middle 99 percent along an axis do not stretch the box. */
const outermost = 0.005;
const searchPoints = 1500;
const boxPoints = 20_000;
const [coarseDeg, fineDeg] = [5, 1];

/**
 * Box of least footprint: the rectangle of least area over all turns about up, first to five degrees, then to one, with the outermost
 * half percent of the points left out on each side. A fair sample of 1,500 points takes part in the search, of 20,000 in the box.
 * @param positions n × 3, world @param members which of them; at least one @param up unit vector
 */
export function uprightBox(positions: ArrayLike<number>, members: ArrayLike<number>, up: Vec3): UprightBox {
  const [a, b] = planeAxes(up);
  const along = (axes: readonly Vec3[], most: number): Float64Array[] => sampled(positions, members, axes, most);
  const [p, q] = along([a, b], searchPoints);
  let best = { area: Infinity, turn: 0, isTurned: false };
  const turned = new Float64Array(p.length);
  const spanAt = (cos: number, sin: number): number => {
    for (let k = 0; k < turned.length; k++) turned[k] = cos * p[k] + sin * q[k];
    turned.sort();
    const [low, high] = span(turned, outermost);
    return high - low;
  };
  const look = (degrees: number): void => {
    const turn = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const [s, t] = [spanAt(cos, sin), spanAt(-sin, cos)];
    if (s * t < best.area) best = { area: s * t, turn, isTurned: t > s };
  };
  for (let degrees = 0; degrees < 90; degrees += coarseDeg) look(degrees);
  const around = (best.turn * 180) / Math.PI;
  for (let by = fineDeg; by < coarseDeg; by += fineDeg) [around - by, around + by].forEach(look);
  const turn = best.isTurned ? best.turn + Math.PI / 2 : best.turn;
  const x = add(scaled(a, Math.cos(turn)), scaled(b, Math.sin(turn)));
  const y = add(scaled(a, -Math.sin(turn)), scaled(b, Math.cos(turn)));
  const axes = [x, y, up];
  const values = along(axes, boxPoints).map((column) => column.sort());
  const ranges = values.map((column) => span(column, outermost));
  const lengthAt = (k: number, share: number): number => span(values[k], share)[1] - span(values[k], share)[0];
  const [hx, hy, hz] = ranges.map(([low, high]) => (high - low) / 2);
  const [sx, sy, sz] = [0, 1, 2].map((k) => (lengthAt(k, 0.001) - lengthAt(k, 0.01)) / 2);
  return {
    center: axes.reduce<Vec3>((sum, axis, k) => add(sum, scaled(axis, (ranges[k][0] + ranges[k][1]) / 2)), [0, 0, 0]),
    rotation: quaternionFromMatrix([x[0], y[0], up[0], x[1], y[1], up[1], x[2], y[2], up[2]]),
    halfSize: [hx, hy, hz],
    slack: [sx, sy, sz],
  };
}

/** Coordinates of a fair sample along axes. */
function sampled(
  positions: ArrayLike<number>,
  members: ArrayLike<number>,
  axes: readonly Vec3[],
  most: number,
): Float64Array[] {
  const step = Math.max(1, Math.ceil(members.length / most));
  const n = Math.ceil(members.length / step);
  return axes.map((axis) =>
    Float64Array.from({ length: n }, (_, k) => {
      const i = 3 * members[k * step];
      return positions[i] * axis[0] + positions[i + 1] * axis[1] + positions[i + 2] * axis[2];
    }),
  );
}

/** The range that leaves out a share of sorted values at either end. */
function span(sorted: Float64Array, share: number): readonly [number, number] {
  return [sorted[Math.floor(sorted.length * share)], sorted[Math.ceil(sorted.length * (1 - share)) - 1]];
}
