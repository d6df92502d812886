// The parts of dense depth on cases small enough to see through.

import { describe, expect, test } from 'vitest';
import { agreementOf } from '../../../../../models/geometry/dense/agreement.ts';
import { confirmed } from '../../../../../models/geometry/dense/confirmed.ts';
import { removeFlyingPixels, removeSpeckles } from '../../../../../models/geometry/dense/clean.ts';
import { chooseNeighbours, depthRangeOf } from '../../../../../models/geometry/dense/neighbours.ts';
import { planeCount } from '../../../../../models/geometry/dense/plane-count.ts';
import { aggregateCosts, parabolaOffset } from '../../../../../models/geometry/dense/semiglobal.ts';
import { halved, sweepView } from '../../../../../models/geometry/dense/view.ts';
import { pinhole, projectPoint } from '../../../../../projects/format/intrinsics.ts';
import type { Sim3, Vec3 } from '../../../../../projects/format/sim3.ts';

const at = (x: number, y = 0, z = 0): Sim3 => ({ rotation: [0, 0, 0, 1], translation: [x, y, z], scale: 1 });

describe('cleaning', () => {
  test('a pixel between two surfaces goes, the surfaces stay', () => {
    const depth = Float32Array.from({ length: 7 * 7 }, (_, i) => (i % 7 < 3 ? 1 : i % 7 > 3 ? 2 : 1.5));
    removeFlyingPixels(depth, 7, 7);
    for (let i = 0; i < 49; i++) expect(Number.isNaN(depth[i])).toBe(i % 7 === 3);
  });

  test('a speck goes, a patch stays', () => {
    const depth = new Float32Array(20 * 20).fill(NaN);
    for (let y = 0; y < 10; y++) for (let x = 0; x < 10; x++) depth[y * 20 + x] = 1;
    for (const i of [15 * 20 + 15, 15 * 20 + 16]) depth[i] = 3;
    removeSpeckles(depth, 20, 20, { smallest: 50 });
    expect(depth.filter((d) => d > 0).length).toBe(100);
  });
});

describe('smooth choice of planes', () => {
  test('the parabola finds the vertex', () => {
    const f = (x: number): number => (x - 0.3) ** 2;
    expect(parabolaOffset(f(-1), f(0), f(1))).toBeCloseTo(0.3, 12);
    expect(parabolaOffset(1, 1, 1)).toBe(0);
  });

  test('a pixel without a match takes the plane of its surroundings', () => {
    const [w, h, planes] = [9, 9, 6];
    const score = new Float32Array(planes * w * h);
    for (let i = 0; i < w * h; i++) score[2 * w * h + i] = i === 40 ? 0 : 1;
    const { total } = aggregateCosts(score, planes, w, h, new Float32Array(w * h));
    const costs = [...total.subarray(40 * planes, 41 * planes)];
    expect(costs.indexOf(Math.min(...costs))).toBe(2);
  });
});

describe('agreement between views', () => {
  const camera = pinhole(20, 16, 20);
  const seen = (photoId: string, pose: Sim3, depth: number) => ({
    view: { photoId, camera, grey: new Float32Array(320), worldFromCamera: pose },
    map: {
      widthPx: 20,
      heightPx: 16,
      depth: new Float32Array(320).fill(depth),
      confidence: new Float32Array(320).fill(1),
    },
  });

  test('a plane seen from two sides agrees where both see it, and its depth is averaged', () => {
    // The second camera stands 1 nearer and says 0.5 % more.
    const result = agreementOf(seen('a', at(0), 5), [seen('b', at(0, 0, 1), 4.02)], { px: 1, least: 0.01, most: 0.01 });
    const middle = 8 * 20 + 10;
    expect(result.views[middle]).toBe(1);
    expect(result.depth[middle]).toBeCloseTo(5 * (1 + 0.005 / 2), 4);
    // From nearer the picture holds less: the corner lies outside it.
    expect(result.views[0]).toBe(0);
  });

  test('views close together may differ by a pixel of parallax, which is a larger share of the depth', () => {
    // One pixel at depth 5 is 5 / (20 · 4) = 6 % with a baseline of 4, and 25 % with a baseline of 1: the limit of 3 % is met by both.
    const near = agreementOf(seen('a', at(0), 5), [seen('b', at(1), 5.1)], { px: 1, least: 0.001, most: 0.03 });
    expect(Math.max(...near.views)).toBe(1);
    const strict = agreementOf(seen('a', at(0), 5), [seen('b', at(4), 5.1)], { px: 0.1, least: 0.001, most: 0.03 });
    // A tenth of a pixel is 0.6 % there, and they differ by 2 %.
    expect(Math.max(...strict.views)).toBe(0);
  });

  test('who walks towards a surface measures its depth less sharply, and may differ by as much', () => {
    // From 5 away to 4: what is seen 4.5 px beside the middle moves by 1.4 px there when its depth doubles, so that a tenth of a pixel is 7 %.
    const ahead = agreementOf(seen('a', at(0), 5), [seen('b', at(0, 0, 1), 4.1)], {
      px: 0.1,
      least: 0.001,
      most: 0.03,
    });
    expect(ahead.views[8 * 20 + 14]).toBe(1);
    // A step of the same length aside moves everything by 4 px: a tenth of a pixel is 2.5 %, and they differ by 2.8 %.
    const aside = agreementOf(seen('a', at(0), 5), [seen('b', at(1), 5.14)], { px: 0.1, least: 0.001, most: 0.03 });
    expect(Math.max(...aside.views)).toBe(0);
  });

  test('another surface does not agree', () => {
    const result = agreementOf(seen('a', at(0), 5), [seen('b', at(0.2), 4)], { px: 1, least: 0.01, most: 0.03 });
    expect(Math.max(...result.views)).toBe(0);
    expect(result.difference[170]).toBe(1);
  });
});

describe('number of planes', () => {
  const camera = pinhole(320, 240, 200);
  const view = (pose: Sim3) => ({ photoId: 'p', camera, grey: new Float32Array(0), worldFromCamera: pose });

  test('half a step aside moves the picture by 40 pixels between 2 and 10 steps away: 50 planes', () => {
    const count = planeCount(view(at(0)), [view(at(0.5)), view(at(-0.5))], { near: 2, far: 10 });
    expect(count).toBe(50);
  });

  test('who walks forward needs them too, although the middle of the picture stands still', () => {
    // Seen from 2 steps behind, what is 106 px beside the middle (their mean) moves by 106 (1 − 1 / (1 + 2 / 2)) = 53 px until it is 2 steps away.
    const count = planeCount(view(at(0)), [view(at(0, 0, -2)), view(at(0, 0, -2))], { near: 2, far: 1000 });
    expect(Math.abs(count - 53 / 0.8)).toBeLessThan(2);
  });

  test('a neighbour that sees none of it asks for the fewest', () => {
    const turned: Sim3 = { rotation: [0, 1, 0, 0], translation: [1, 0, 0], scale: 1 };
    expect(planeCount(view(at(0)), [view(turned)], { near: 2, far: 10 })).toBe(32);
  });
});

describe('neighbours and range', () => {
  const points = Array.from({ length: 40 }, (_, i) => ({
    position: [(i % 8) - 4, Math.floor(i / 8) - 2, 10] as Vec3,
    seenBy: ['ref', 'same', 'near', 'far', 'few'].filter((id) => id !== 'few' || i < 2),
  }));
  const photos = new Map(
    Object.entries({ ref: at(0), same: at(0.01), near: at(1.4), far: at(30), few: at(1.4) }).map(
      ([photoId, worldFromCamera]) => [photoId, { photoId, worldFromCamera }],
    ),
  );

  test('the neighbour at a good angle with many points comes first, the ones in the same place or far aside do not come at all', () => {
    const chosen = chooseNeighbours(photos.get('ref')!, photos, points, 4);
    expect(chosen).toEqual(['near', 'few']);
  });

  test('the range holds the points with room around, and too few points give none', () => {
    const range = depthRangeOf(at(0), points)!;
    expect(range.near).toBeLessThan(10);
    expect(range.far).toBeGreaterThan(10);
    expect(depthRangeOf(at(0), points.slice(0, 3))).toBeNull();
    expect(depthRangeOf(at(0, 0, 20), points)).toBeNull();
  });
});

test('undistorting puts what the lens bent back where a pinhole shows it', () => {
  const lens = { ...pinhole(64, 48, 60), k1: -0.2, k2: 0 };
  const data = new Uint8Array(64 * 48 * 3);
  // A bright spot where the lens shows the ray (0.35, 0.25, 1).
  const [xd, yd] = projectPoint(lens, [0.35, 0.25, 1])!;
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++)
      data.fill(
        255,
        ((Math.floor(yd) + dy) * 64 + Math.floor(xd) + dx) * 3,
        ((Math.floor(yd) + dy) * 64 + Math.floor(xd) + dx) * 3 + 3,
      );
  const view = sweepView('p', { widthPx: 64, heightPx: 48, data }, lens, at(0));
  const [x, y] = projectPoint(view.camera, [0.35, 0.25, 1])!;
  expect(view.grey[Math.floor(y) * 64 + Math.floor(x)]).toBeCloseTo(1, 1);
  expect(halved(view).camera).toMatchObject({ widthPx: 32, heightPx: 24, fxPx: 30, cxPx: 16 });
});

test('what is confirmed but small is left out: it flies in the air too often', () => {
  const [widthPx, heightPx] = [60, 50];
  const camera = pinhole(widthPx, heightPx, 60);
  const cells = (depthAt: (x: number, y: number) => number): Float32Array =>
    Float32Array.from({ length: widthPx * heightPx }, (_, i) => depthAt(i % widthPx, Math.floor(i / widthPx)));
  // A wall, with a hole around a patch of 3 × 3 and one of 6 × 6 that stand before it; a three-hundredth of the picture is 10 pixels.
  const depth = cells((x, y) => {
    if (x >= 30) return 5;
    if (Math.abs(x - 8) < 2 && Math.abs(y - 10) < 2) return 3;
    return x >= 5 && x < 11 && y >= 30 && y < 36 ? 3 : NaN;
  });
  const map = { widthPx, heightPx, depth, confidence: new Float32Array(depth.length).fill(1) };
  const view = { camera, worldFromCamera: at(0) };
  const kept = confirmed({ view, map }, [
    { view, map },
    { view, map },
  ]);
  expect(kept.depth[10 * widthPx + 8]).toBeNaN();
  expect(kept.depth[33 * widthPx + 8]).toBe(3);
  expect(kept.depth[25 * widthPx + 45]).toBe(5);
});
