// A brush stroke: which pixels it touches, and which splats under them.
import { Matrix4, PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import { addRow, emptyBits, hasRow } from '../../../../projects/format/row-set.ts';
import type { GaussianColumns } from '../../../../projects/format/gaussian-chunk.ts';
import { brushedRows, type BrushView } from '../../../../renderer/scene/brushed-rows.ts';
import { strokeMask } from '../../../../renderer/scene/brush-stroke.ts';

describe('the mask of a stroke', () => {
  test('one press is a disc', () => {
    const mask = strokeMask({ path: [[50, 40]], radiusPx: 10 }, 100, 80)!;
    expect([mask.left, mask.top, mask.widthPx, mask.heightPx]).toEqual([40, 30, 20, 20]);
    const area = mask.touched.reduce((sum, value) => sum + value, 0);
    // Whole pixels: off by at most the edge, which is about 2 π r / 10 pixels wrong on average.
    expect(Math.abs(area - Math.PI * 100)).toBeLessThan(8);
    expect(mask.touched[0]).toBe(0);
  });

  test('a drag covers the way between its places, and stops at the edge of the viewport', () => {
    const stroke = {
      path: [
        [-20, 40],
        [120, 40],
      ] as const,
      radiusPx: 5,
    };
    const mask = strokeMask(stroke, 100, 80)!;
    expect([mask.left, mask.widthPx, mask.top, mask.heightPx]).toEqual([0, 100, 35, 10]);
    expect(mask.touched.every((value) => value === 1)).toBe(true);
    expect(strokeMask({ path: [[-20, 40]], radiusPx: 5 }, 100, 80)).toBeNull();
  });
});

/** Splats in camera axes (x right, y down, z forward): discs across the view. */
function splats(...means: [number, number, number][]): GaussianColumns {
  const count = means.length;
  const rotations = new Int16Array(4 * count);
  for (let i = 0; i < count; i++) rotations[4 * i + 3] = 32767;
  const logScales = new Float32Array(3 * count).fill(Math.log(0.02));
  for (let i = 0; i < count; i++) logScales[3 * i + 2] = Math.log(0.002);
  const featureIdx = new Uint16Array(count);
  return {
    count,
    means: new Float32Array(means.flat()),
    logScales,
    rotations,
    colors: new Uint8Array(4 * count).fill(200),
    featureIdx,
  };
}

/** The eye stands in the chunk's camera, or 10 units ahead of it looking back. */
function view(
  stroke: { path: [number, number][]; radiusPx: number },
  change: Partial<BrushView> = {},
  back = false,
): BrushView {
  const camera = new PerspectiveCamera(90, 1, 0.1, 100);
  camera.updateProjectionMatrix();
  // Half a turn about x takes our axes to those of the eye.
  const eyeFromChunk = back
    ? new Matrix4().makeRotationZ(Math.PI).multiply(new Matrix4().makeTranslation(0, 0, -10))
    : new Matrix4().makeRotationX(Math.PI);
  return {
    eyeFromChunk,
    projection: camera.projectionMatrix,
    eyeInChunk: new Vector3(0, 0, back ? 10 : 0),
    viewportWidthPx: 100,
    viewportHeightPx: 100,
    mask: strokeMask(stroke, 100, 100)!,
    depths: null,
    hidesBacks: true,
    ...change,
  };
}

const chosen = (columns: GaussianColumns, seen: BrushView, gone: Uint8Array | null = null): number[] => {
  const rows = brushedRows({ columns, gone, deletedBoxes: [] }, seen);
  return Array.from({ length: columns.count }, (_, i) => i).filter((i) => hasRow(rows, i));
};

describe('splats under a stroke', () => {
  // At depth 2 a tangent of 0.5 is a quarter of the viewport: the second lies at (75, 50) px, the third at (50, 25).
  const three = splats([0, 0, 2], [1, 0, 2], [0, -1, 2]);

  test('are those whose centres it passes over', () => {
    expect(chosen(three, view({ path: [[50, 50]], radiusPx: 4 }))).toEqual([0]);
    expect(
      chosen(
        three,
        view({
          path: [
            [50, 50],
            [75, 50],
          ],
          radiusPx: 4,
        }),
      ),
    ).toEqual([0, 1]);
    expect(chosen(three, view({ path: [[50, 25]], radiusPx: 4 }))).toEqual([2]);
  });

  test('behind the surface that is seen they are left, unless they are asked for', () => {
    const row = splats([0, 0, 2], [0, 0, 2.05], [0, 0, 4]);
    const stroke = { path: [[50, 50] as [number, number]], radiusPx: 3 };
    const mask = strokeMask(stroke, 100, 100)!;
    const depths = new Float32Array(mask.widthPx * mask.heightPx).fill(2);
    expect(chosen(row, view(stroke, { depths }))).toEqual([0, 1]);
    expect(chosen(row, view(stroke))).toEqual([0, 1, 2]);
  });

  test('behind the eye, taken away by an edit, or clear they are never touched', () => {
    const columns = splats([0, 0, 2], [0, 0, 2], [0, 0, -2], [0, 0, 2]);
    columns.colors[4 * 3 + 3] = 0;
    const gone = emptyBits(4);
    addRow(gone, 1);
    expect(chosen(columns, view({ path: [[50, 50]], radiusPx: 9 }), gone)).toEqual([0]);
  });

  test('that turn their back are not drawn and not touched, unless backs are shown', () => {
    const disc = splats([0, 0, 2]);
    const stroke = { path: [[50, 50] as [number, number]], radiusPx: 9 };
    expect(chosen(disc, view(stroke, {}, true))).toEqual([]);
    expect(chosen(disc, view(stroke, { hidesBacks: false }, true))).toEqual([0]);
    // A ball, whose normal nobody knows, faces the camera of its photo.
    const ball = { ...disc, logScales: new Float32Array(3).fill(Math.log(0.02)) };
    expect(chosen(ball, view(stroke, {}, true))).toEqual([]);
    expect(chosen(ball, view(stroke))).toEqual([0]);
  });
});
