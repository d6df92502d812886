// The pose graph of submaps: a drifting chain is straightened by one loop.
import { describe, expect, test } from 'vitest';
import { optimiseSubmaps, type SubmapEdge } from '../../../../models/run/recurrent/submap-graph.ts';
import {
  angleBetween,
  compose,
  identitySim3,
  inverse,
  length,
  normalizedQuaternion,
  subtract,
  type Sim3,
} from '../../../../projects/format/sim3.ts';

/** Submaps along a circle, each turned by the same angle and two units further. */
const turn = (angle: number, scale = 1): Sim3 => ({
  rotation: normalizedQuaternion([0, Math.sin(angle / 2), 0, Math.cos(angle / 2)]),
  translation: [0, 0, 2],
  scale,
});

function chain(count: number, edge: Sim3): { poses: Sim3[]; edges: SubmapEdge[] } {
  const poses = [identitySim3];
  const edges: SubmapEdge[] = [];
  for (let i = 1; i < count; i++) {
    poses.push(compose(poses[i - 1], edge));
    edges.push({ from: i - 1, to: i, fromFromTo: edge });
  }
  return { poses, edges };
}

const distance = (a: Sim3, b: Sim3): number => length(subtract(a.translation, b.translation));

describe('submaps', () => {
  test('that agree with all relations stay where they are', () => {
    const { poses, edges } = chain(5, turn(0.3));
    const placed = optimiseSubmaps(poses, edges);
    placed.forEach((pose, idx) => expect(distance(pose, poses[idx])).toBeLessThan(1e-9));
  });

  test('that drifted come closer to the truth when the last is recognised from the first', () => {
    const count = 8;
    const truth = chain(count, turn((2 * Math.PI) / count)).poses;
    // Every measured step turns a little too much and grows by two per cent.
    const { poses, edges } = chain(count, turn((2 * Math.PI) / count + 0.03, 1.02));
    const last = count - 1;
    const loop = { from: 0, to: last, fromFromTo: compose(inverse(truth[0]), truth[last]) };
    const placed = optimiseSubmaps(poses, [...edges, loop]);
    const error = (list: readonly Sim3[]): number =>
      list.reduce((sum, pose, idx) => sum + distance(pose, truth[idx]), 0);
    expect(error(placed)).toBeLessThan(error(poses) / 3);
    expect(angleBetween(placed[last].rotation, truth[last].rotation)).toBeLessThan(
      angleBetween(poses[last].rotation, truth[last].rotation) / 3,
    );
    expect(Math.abs(Math.log(placed[last].scale))).toBeLessThan(Math.abs(Math.log(poses[last].scale)) / 3);
    expect(placed[0]).toEqual(identitySim3);
  });

  test('without any relation keep their place', () => {
    const poses = [identitySim3, turn(1)];
    expect(distance(optimiseSubmaps(poses, [])[1], poses[1])).toBe(0);
  });
});
