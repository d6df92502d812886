// Parts of the multi-view runner by themselves: pictures of one size, references, depth to points, readers.
import { describe, expect, test } from 'vitest';
import { canvasFor, planFrame, readFramed, withoutFrame } from '../../../../models/run/multi-view/canvas.ts';
import { readerOf } from '../../../../models/run/multi-view/readers.ts';
import { chooseReferences } from '../../../../models/run/multi-view/references.ts';
import { focalOf, pointsOfDepth } from '../../../../models/run/multi-view/unproject.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { patternPhoto } from './photos.ts';

const photo = (widthPx: number, heightPx: number) => ({ widthPx, heightPx });

describe('the canvas of a run', () => {
  test('is that of the photos when they have one shape, in whole patches', () => {
    expect(canvasFor([photo(4000, 3000), photo(640, 480)], 518, 14)).toEqual(photo(518, 392));
    expect(canvasFor([photo(1920, 1080)], 518, 14)).toEqual(photo(518, 294));
    expect(canvasFor([photo(4000, 3000)], 512, 16)).toEqual(photo(512, 384));
    expect(canvasFor([photo(20_000, 10)], 518, 14)).toEqual(photo(518, 14));
  });

  test('holds portraits and landscapes, each in the middle', () => {
    const canvas = canvasFor([photo(4000, 3000), photo(3000, 4000)], 518, 14);
    expect(canvas).toEqual(photo(518, 518));
    expect(planFrame(photo(3000, 4000), canvas, 518, 14)).toMatchObject({
      widthPx: 392,
      heightPx: 518,
      frame: { leftPx: 63, topPx: 0 },
    });
  });

  test('stays as it is for a photo that comes later and does not fit: that one is made smaller', () => {
    const { widthPx, heightPx, frame } = planFrame(photo(3000, 4000), photo(518, 392), 518, 14);
    expect(heightPx).toBeLessThanOrEqual(392);
    expect([widthPx % 14, heightPx % 14]).toEqual([0, 0]);
    expect(widthPx / heightPx).toBeCloseTo(0.75, 1);
    expect(2 * frame.leftPx + widthPx).toBe(518);
  });

  test('is white around the photo, and what is said of the white is left out', async () => {
    const canvas = photo(64, 64);
    const plan = planFrame(photo(320, 240), canvas, 64, 16);
    const { planes, colors } = await readFramed(patternPhoto(1), plan);
    expect([plan.widthPx, plan.heightPx, plan.frame.topPx]).toEqual([64, 48, 8]);
    expect(planes.slice(0, 8 * 64).every((value) => value === 1)).toBe(true);
    expect(planes[8 * 64]).toBeCloseTo(colors[0] / 127.5 - 1, 6);
    const points = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => Math.floor(i / 3));
    const confidences = new Float32Array(64 * 64).fill(2);
    const seen = { ...canvas, points, confidences, windowFromCamera: identitySim3, focalPx: null, second: null };
    const own = withoutFrame(seen, plan);
    expect([own.widthPx, own.heightPx, own.points.length]).toEqual([64, 48, 3 * 64 * 48]);
    expect([own.points[0], own.points.at(-1)]).toEqual([8 * 64, 56 * 64 - 1]);
  });
});

describe('references', () => {
  const on = (angles: readonly number[]) =>
    angles.map((angle, idx) => ({ idx, descriptor: Float32Array.of(Math.cos(angle), Math.sin(angle)) }));
  const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

  test('are all photos while they are few, the nearest on the way first', () => {
    expect(chooseReferences(at(0), 3, on([0, 1, 2]), 5)).toEqual([2, 1, 0]);
    expect(chooseReferences(at(0), 1, on([0, 1, 2]), 5)).toEqual([1, 2, 0]);
  });

  test('are neighbours, then photos that look alike and do not lie beside one another', () => {
    const walk = on([0, 0.01, 0.5, 1, 1.5, 2, 2.5, 3]);
    expect(chooseReferences(at(0), 8, walk, 5)).toEqual([7, 6, 5, 0, 2]);
    // In the middle of the way, as when a photo is met again.
    expect(chooseReferences(at(3), 3, walk, 5).slice(0, 3)).toEqual([3, 4, 2]);
  });
});

describe('depth', () => {
  test('becomes points along the rays of the pixels', () => {
    const [fx, fy] = [focalOf(Math.PI / 2, 4), focalOf(Math.PI / 3, 2)];
    expect(fx).toBeCloseTo(2, 12);
    const points = pointsOfDepth(new Float32Array(8).fill(2), 4, 2, [fx, fy]);
    expect([...points.subarray(0, 3)].map((value) => +value.toFixed(6))).toEqual([-1.5, -0.57735, 2]);
  });

  test('keeps a focal length when a network says that there is no field of view', () => {
    for (const fov of [0, -1, 4, NaN, Infinity]) {
      const focal = focalOf(fov, 518);
      expect(focal).toBeGreaterThan(10);
      expect(focal).toBeLessThan(1e5);
    }
  });
});

test('a pack whose family nothing here reads is called damaged', () => {
  expect(() => readerOf({ id: 'new', family: 'future' })).toThrow(/nothing here reads the answers of future/);
});
