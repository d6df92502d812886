// Gaussians of learned heads become rows beside points: as PyTorch has them for our own head, by hand for Splatt3R.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ownGaussians, splatt3rGaussians } from '../../../../models/run/head-gaussians.ts';
import type { PointGaussians } from '../../../../projects/format/point-chunk.ts';
import { decodeSafetensors, type NamedTensor } from '../../../../projects/format/safetensors.ts';
import { matrixFromQuaternion, normalizedQuaternion, type Quaternion } from '../../../../projects/format/sim3.ts';

/** R·S·Sᵀ·Rᵀ of a row, and the row's scales. */
function covarianceOf({ rotations, logScales }: PointGaussians, i: number): { covariance: number[]; scales: number[] } {
  const quaternion = [...rotations.subarray(4 * i, 4 * i + 4)].map((value) => value / 32767) as unknown as Quaternion;
  const m = matrixFromQuaternion(normalizedQuaternion(quaternion));
  const scales = [...logScales.subarray(3 * i, 3 * i + 3)].map(Math.exp);
  const covariance = Array.from({ length: 9 }, (_, at) => {
    const [row, col] = [Math.floor(at / 3), at % 3];
    return scales.reduce((sum, s, k) => sum + m[3 * row + k] * m[3 * col + k] * s * s, 0);
  });
  return { covariance, scales };
}

test('our own head: one Gaussian for each cell of two pixels, as models/train/model/gaussians.py makes it', async () => {
  const file = new URL('../../../fixtures/models/own-gaussians/golden.safetensors', import.meta.url);
  const { tensors } = decodeSafetensors(await readFile(file));
  const data = (name: string) => tensors.get(name)?.data as Float32Array;
  const points = data('in.points');
  const rows = ownGaussians(
    tensors.get('in.raw') as NamedTensor,
    points,
    16,
    tensors.get('in.photo')?.data as Uint8Array,
  );
  let found = 0;
  for (let pixel = 0; pixel < 16 * 12; pixel++) {
    const [row, col] = [Math.floor(pixel / 16), pixel % 16];
    if (rows.colors[4 * pixel + 3] === 0) continue;
    found++;
    expect([row % 2, col % 2]).toEqual([0, 0]);
    const cell = (row / 2) * 8 + col / 2;
    const { covariance, scales } = covarianceOf(rows, pixel);
    expect(scales[0]).toBeGreaterThanOrEqual(scales[1]);
    expect(scales[1]).toBeGreaterThanOrEqual(scales[2]);
    // float32 for means; rotations are stored in 32767 steps; colours and opacities in 255.
    for (let k = 0; k < 3; k++) {
      expect(points[3 * pixel + k] + rows.offsets[3 * pixel + k]).toBeCloseTo(data('out.mean')[3 * cell + k], 5);
      expect(rows.colors[4 * pixel + k] / 255).toBeCloseTo(data('out.colour')[3 * cell + k], 2);
    }
    covariance.forEach((value, k) =>
      expect(Math.abs(value - data('out.covariance')[9 * cell + k])).toBeLessThan(3e-4 * scales[0] ** 2),
    );
    expect(rows.colors[4 * pixel + 3] / 255).toBeCloseTo(data('out.opacity')[cell], 2);
  }
  expect(found).toBe(48);
});

test.each([
  [3, 2, 1],
  [1, 2, 3],
  [2, 1, 3],
  [3, 1, 2],
  [1, 3, 2],
  [2, 3, 1],
])('Splatt3R: axes of sizes %d, %d, %d are sorted and the shape stays', (...sizes) => {
  const quaternion = normalizedQuaternion([0.1, -0.7, 0.4, 0.5]);
  const raw = Float32Array.from([0.5, -1, 2, ...sizes.map(Math.log), ...quaternion, 0, 0, 0, 0.5]);
  const rows = splatt3rGaussians(raw, Uint8Array.of(1, 2, 3));
  expect([...rows.offsets]).toEqual([0.5, -1, 2]);
  const { covariance, scales } = covarianceOf(rows, 0);
  scales.forEach((value, k) => expect(value).toBeCloseTo(3 - k, 5));
  const m = matrixFromQuaternion(quaternion);
  covariance.forEach((value, at) => {
    const [row, col] = [Math.floor(at / 3), at % 3];
    const wanted = sizes.reduce((sum, s, k) => sum + m[3 * row + k] * m[3 * col + k] * s * s, 0);
    expect(Math.abs(value - wanted)).toBeLessThan(2e-3);
  });
});

test('Splatt3R: colours change the photo’s own, and what is not finite is left out', () => {
  const one = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, -1, 9, 0.25];
  const broken = one.map((value, k) => (k === 3 ? Infinity : value));
  const { colors } = splatt3rGaussians(Float32Array.from([...one, ...broken]), Uint8Array.of(100, 100, 100, 5, 5, 5));
  // 255 · 0.2821 = 72 levels for one unit of the harmonic.
  expect([...colors.subarray(0, 4)]).toEqual([172, 28, 255, 64]);
  expect(colors[7]).toBe(0);
});
