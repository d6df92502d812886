// Colours of answers: what answers stands out, what does not fades towards the ground of the theme.
import { describe, expect, test } from 'vitest';
import type { GaussianColumns } from '../../../../projects/format/gaussian-chunk.ts';
import { identitySim3, type Vec3 } from '../../../../projects/format/sim3.ts';
import { paintSplats, type SplatPaint } from '../../../../renderer/scene/splat-colours.ts';
import { heatRamp } from '../../../../renderer/state/ask-colours.ts';

const dark: Vec3 = [15, 17, 20];
const light: Vec3 = [238, 240, 241];

/** A dark red, a middle grey and a pale blue splat; the first answers. */
const columns: GaussianColumns = {
  count: 3,
  means: new Float32Array([0, 0, 1, 2, 0, 1, 4, 0, 1]),
  logScales: new Float32Array(9),
  rotations: new Int16Array(12),
  colors: new Uint8Array([90, 20, 20, 250, 128, 128, 128, 200, 190, 200, 230, 150]),
  featureIdx: new Uint16Array(3),
};
const scores = new Map([['a', new Uint8Array([255, 0, 10])]]);
const paints: Record<string, SplatPaint> = {
  heat: { mode: 'heat', scores, ramp: heatRamp },
  mask: { mode: 'mask', scores, threshold: 0.5 },
  instances: {
    mode: 'instances',
    scores,
    threshold: 0.5,
    instances: [{ min: [-1, -1, 0], max: [1, 1, 2], color: [255, 160, 0] }],
  },
  labels: { mode: 'labels', labels: new Map([['a', new Uint8Array([0, 255, 255])]]), colors: [[40, 200, 90]] },
};

const paint = (mode: string, ground: Vec3): number[][] => {
  const rgba = paintSplats(columns, paints[mode], ground, 'a', identitySim3, null)!;
  return [0, 1, 2].map((i) => [...rgba.subarray(4 * i, 4 * i + 4)]);
};
const brightness = ([r, g, b]: ArrayLike<number> & Iterable<number>): number => 0.299 * r + 0.587 * g + 0.114 * b;
const colourfulness = ([r, g, b]: readonly number[]): number => Math.max(r, g, b) - Math.min(r, g, b);

describe.each(Object.keys(paints))('%s', (mode) => {
  test('what answers is as colourful on a dark as on a light ground', () => {
    expect(paint(mode, dark)[0]).toEqual(paint(mode, light)[0]);
    expect(colourfulness(paint(mode, dark)[0])).toBeGreaterThan(35);
  });

  test('what does not answer is grey, darker than itself on a dark ground and brighter on a light one', () => {
    for (const i of [1, 2]) {
      const own = brightness(columns.colors.subarray(4 * i, 4 * i + 3));
      expect(brightness(paint(mode, dark)[i])).toBeLessThan(own * 0.7);
      expect(brightness(paint(mode, light)[i])).toBeGreaterThan(own + 10);
      // As grey as the ground itself, give or take a step of rounding.
      for (const ground of [dark, light]) expect(colourfulness(paint(mode, ground)[i])).toBeLessThanOrEqual(6);
    }
  });

  test('how much light goes through a splat does not change', () => {
    expect(paint(mode, light).map(([, , , alpha]) => alpha)).toEqual([250, 200, 150]);
  });
});

test('as photographed and with nothing taken away, the colours are the splats’ own', () => {
  expect(paintSplats(columns, { mode: 'photo' }, light, 'a', identitySim3, null)).toBeNull();
});

test('a splat just outside the box of its thing has the thing’s colour, of two boxes the nearer one’s; far outside it keeps its own', () => {
  const blocks: GaussianColumns = { ...columns, means: new Float32Array([1.05, 0, 0, 1.9, 0, 0, 9, 0, 0]) };
  const instances = [
    { min: [-1, -1, -1] as Vec3, max: [1, 1, 1] as Vec3, color: [255, 0, 0] as Vec3 },
    { min: [2, -1, -1] as Vec3, max: [4, 1, 1] as Vec3, color: [0, 255, 0] as Vec3 },
  ];
  const all = new Map([['a', new Uint8Array([255, 255, 255])]]);
  const rgba = paintSplats(
    blocks,
    { mode: 'instances', scores: all, threshold: 0.5, instances },
    dark,
    'a',
    identitySim3,
    null,
  )!;
  expect(rgba[0]).toBeGreaterThan(2 * rgba[1]);
  expect(rgba[5]).toBeGreaterThan(1.5 * rgba[4]);
  expect([...rgba.subarray(8, 11)]).toEqual([190, 200, 230]);
});
