// Level of detail of splats: how much of each chunk is drawn for an eye.
import { Matrix4, PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import type { GaussianColumns } from '../../../../projects/format/gaussian-chunk.ts';
import { detailShares, sizesInView, steppedShare, type DetailView } from '../../../../renderer/scene/splat-detail.ts';

/** Discs of 2 cm beside each other at one depth, in camera axes. */
function wall(depth: number, count = 1000): GaussianColumns {
  const means = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) means.set([((i * 37) % 100) / 100 - 0.5, ((i * 61) % 100) / 100 - 0.5, depth], 3 * i);
  return {
    count,
    means,
    logScales: new Float32Array(3 * count).fill(Math.log(0.02)),
    rotations: new Int16Array(4 * count),
    colors: new Uint8Array(4 * count),
    featureIdx: new Uint16Array(count),
  };
}

/** The eye stands where the camera of the chunk stood, and looks ahead or back. */
function eye(looksBack = false): DetailView {
  const camera = new PerspectiveCamera(60, 1, 0.1, 100);
  const eyeFromChunk = looksBack ? new Matrix4().makeRotationZ(Math.PI) : new Matrix4().makeRotationX(Math.PI);
  return {
    clipFromChunk: camera.projectionMatrix.clone().multiply(eyeFromChunk),
    eyeInChunk: new Vector3(),
    pixelsPerUnit: 500,
  };
}

const chunk = (columns: GaussianColumns, view = eye()): { count: number; squares: Float64Array } => ({
  count: columns.count,
  squares: sizesInView(columns, view),
});

describe('what is drawn of each chunk', () => {
  test('all of it while the budget allows it', () => {
    expect(detailShares([chunk(wall(2)), chunk(wall(4))], 2000, false)).toEqual([1, 1]);
  });

  test('over the budget, less of what is far than of what is near: splats on the screen are about equally large', () => {
    const [near, far] = detailShares([chunk(wall(2)), chunk(wall(8))], 1100, false);
    expect(near).toBe(1);
    // Four times as far and a sixteenth of the area; the budget would allow a tenth.
    expect(far).toBeGreaterThan(0.06);
    expect(far).toBeLessThan(0.1);
  });

  test('the budget is kept, however small', () => {
    const chunks = [1, 2, 3, 5, 9].map((depth) => chunk(wall(depth)));
    for (const budget of [20, 500, 3000, 4900]) {
      const drawn = detailShares(chunks, budget, false).reduce((sum, share) => sum + 1000 * share, 0);
      expect(drawn).toBeLessThanOrEqual(budget);
      // The bisection ends within a thousandth of the size.
      expect(drawn).toBeGreaterThan(budget * 0.98);
    }
  });

  test('what lies behind the eye gets less than what it sees', () => {
    const [seen, behind] = detailShares([chunk(wall(3)), chunk(wall(3), eye(true))], 1000, false);
    expect(behind).toBeLessThan(seen / 5);
    expect(behind).toBeGreaterThan(0.02);
  });

  test('while the eye moves, splats smaller than a pixel are thinned out although the budget would allow them', () => {
    const tiny = chunk(wall(100));
    expect(detailShares([tiny], 9000, false)).toEqual([1]);
    // 0.02 · 500 / 100 = 0.1 px of 0.35: 8 %.
    expect(detailShares([tiny], 9000, true)[0]).toBeCloseTo(0.08, 2);
  });
});

describe('steps', () => {
  test('small turns of the eye change nothing', () => {
    let share = 1;
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) seen.add((share = steppedShare(0.45 + 0.02 * Math.sin(i), share)));
    expect([...seen]).toEqual([2 ** -1.5]);
  });

  test('a step is never much above what is wanted, and everything is everything', () => {
    for (let wanted = 0.001; wanted < 1; wanted *= 1.07) {
      expect(steppedShare(wanted, 1)).toBeLessThanOrEqual(wanted * 1.05);
      expect(steppedShare(wanted, 0.001)).toBeGreaterThan(wanted * 0.65);
    }
    expect(steppedShare(1, 0.5)).toBe(1);
  });
});
