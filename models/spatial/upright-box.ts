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
}

/** Splats outside the middle 98 percent along an axis do not stretch the box. */
const outermost = 0.01;
const mostPoints = 4000;
const stepDeg = 1;

/**
 * Box of least footprint: the rectangle of least area over all turns about up, to a degree, with the outermost percent of the points
 * left out on each side; a fair sample of 4,000 points takes part in the search, and all heights count.
 * @param positions n × 3, world @param members which of them; at least one @param up unit vector
 */
export function uprightBox(positions: ArrayLike<number>, members: ArrayLike<number>, up: Vec3): UprightBox {
  const [a, b] = planeAxes(up);
  const step = Math.max(1, Math.floor(members.length / mostPoints));
  const n = Math.ceil(members.length / step);
  const along = [a, b, up].map((axis) => {
    const values = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      const i = 3 * members[k * step];
      values[k] = positions[i] * axis[0] + positions[i + 1] * axis[1] + positions[i + 2] * axis[2];
    }
    return values;
  });
  const [p, q, h] = along;
  let best = { area: Infinity, turn: 0, s: [0, 0] as readonly number[], t: [0, 0] as readonly number[] };
  const turned = new Float64Array(n);
  const spanAt = (cos: number, sin: number): readonly [number, number] => {
    for (let k = 0; k < n; k++) turned[k] = cos * p[k] + sin * q[k];
    return span(turned);
  };
  for (let degrees = 0; degrees < 90; degrees += stepDeg) {
    const turn = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const s = spanAt(cos, sin);
    const t = spanAt(-sin, cos);
    const area = (s[1] - s[0]) * (t[1] - t[0]);
    if (area < best.area) best = { area, turn, s, t };
  }
  const heights = span(h.slice());
  const isTurned = best.t[1] - best.t[0] > best.s[1] - best.s[0];
  const turn = isTurned ? best.turn + Math.PI / 2 : best.turn;
  const [first, second] = isTurned ? [best.t, [-best.s[1], -best.s[0]]] : [best.s, best.t];
  const x = add(scaled(a, Math.cos(turn)), scaled(b, Math.sin(turn)));
  const y = add(scaled(a, -Math.sin(turn)), scaled(b, Math.cos(turn)));
  const middle = (range: readonly number[]): number => (range[0] + range[1]) / 2;
  const center = add(add(scaled(x, middle(first)), scaled(y, middle(second))), scaled(up, middle(heights)));
  const half = (range: readonly number[]): number => (range[1] - range[0]) / 2;
  return {
    center,
    rotation: quaternionFromMatrix([x[0], y[0], up[0], x[1], y[1], up[1], x[2], y[2], up[2]]),
    halfSize: [half(first), half(second), half(heights)],
  };
}

/** From the first to the 99th percentile. Sorts its input. */
function span(values: Float64Array): readonly [number, number] {
  values.sort();
  return [values[Math.floor(values.length * outermost)], values[Math.ceil(values.length * (1 - outermost)) - 1]];
}
