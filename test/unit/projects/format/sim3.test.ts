// Poses: composing, inverting and converting agree with one another.
import { describe, expect, test } from 'vitest';
import {
  angleBetween,
  columnMajorMatrix,
  compose,
  inverse,
  matrixFromQuaternion,
  normalizedQuaternion,
  quaternionFromMatrix,
  rotate,
  transformPoint,
  type Quaternion,
  type Sim3,
  type Vec3,
} from '../../../../projects/format/sim3.ts';

/** Poses spread over rotations by half turns and more, where the branches of the matrix conversion meet. */
const poses: Sim3[] = [
  [0, 0, 0, 1],
  [1, 0, 0, 0],
  [0, 1, 0, 0.01],
  [0, 0, 1, -0.02],
  [0.3, -0.5, 0.2, 0.7],
  [-0.9, 0.1, 0.3, -0.2],
].map((q, i) => ({
  rotation: normalizedQuaternion(q as unknown as Quaternion),
  translation: [i, -2 * i, 0.5],
  scale: 0.5 + i,
}));
const point: Vec3 = [0.4, -1.7, 2.3];
const close = (a: Vec3, b: Vec3): void => a.forEach((value, k) => expect(value).toBeCloseTo(b[k], 10));

describe.each(poses.map((pose) => [pose.rotation.map((v) => v.toFixed(2)).join(' '), pose] as const))(
  'rotation %s',
  (_, pose) => {
    test('going there and back changes nothing', () => {
      close(transformPoint(inverse(pose), transformPoint(pose, point)), point);
    });
    test('composing is doing one after the other', () => {
      for (const other of poses)
        close(transformPoint(compose(other, pose), point), transformPoint(other, transformPoint(pose, point)));
    });
    test('its matrix turns points as the quaternion does, and leads back to it', () => {
      const m = matrixFromQuaternion(pose.rotation);
      const turned: Vec3 = [0, 1, 2].map(
        (r) => m[3 * r] * point[0] + m[3 * r + 1] * point[1] + m[3 * r + 2] * point[2],
      ) as unknown as Vec3;
      close(turned, rotate(pose.rotation, point));
      expect(angleBetween(quaternionFromMatrix(m), pose.rotation)).toBeLessThan(1e-7);
    });
    test('the matrix for the GPU is the same map, column by column', () => {
      const m = columnMajorMatrix(pose);
      const mapped: Vec3 = [0, 1, 2].map(
        (r) => m[r] * point[0] + m[4 + r] * point[1] + m[8 + r] * point[2] + m[12 + r],
      ) as unknown as Vec3;
      close(mapped, transformPoint(pose, point));
    });
  },
);
