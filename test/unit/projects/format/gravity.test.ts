// Up is found from how cameras are held.
import { expect, test } from 'vitest';
import { upFromCameras } from '../../../../projects/format/gravity.ts';
import {
  dot,
  multiplyQuaternions,
  normalized,
  type Quaternion,
  type Sim3,
  type Vec3,
} from '../../../../projects/format/sim3.ts';

const turn = (axis: Vec3, degrees: number): Quaternion => {
  const half = (degrees * Math.PI) / 360;
  const [x, y, z] = normalized(axis);
  return [x * Math.sin(half), y * Math.sin(half), z * Math.sin(half), Math.cos(half)];
};
/** A camera turned to a heading, then tilted down, then rolled; world up is −y. */
const camera = (heading: number, tilt: number, roll = 0): Sim3 => ({
  rotation: multiplyQuaternions(
    multiplyQuaternions(turn([0, 1, 0], heading), turn([1, 0, 0], -tilt)),
    turn([0, 0, 1], roll),
  ),
  translation: [0, 0, 0],
  scale: 1,
});
const degreesOff = (up: Vec3 | null): number => (Math.acos(Math.min(1, -(up?.[1] ?? NaN))) * 180) / Math.PI;

test('cameras that look down all around give the true up, not the mean of their own', () => {
  expect(degreesOff(upFromCameras([0, 60, 130, 200, 290].map((h) => camera(h, 40, (h % 7) - 3))))).toBeLessThan(3);
});

test('cameras that all look one way and down give a level up across their x axes', () => {
  const up = upFromCameras([camera(0, 10), camera(3, 12), camera(-3, 9)]);
  expect(degreesOff(up)).toBeLessThan(13);
  expect(Math.abs(dot(up ?? [1, 0, 0], [1, 0, 0]))).toBeLessThan(0.05);
});

test('a portrait photo among landscape ones does not turn the world on its side', () => {
  expect(degreesOff(upFromCameras([camera(0, 5), camera(70, 5), camera(150, 5), camera(220, 5, 90)]))).toBeLessThan(35);
});

test('without cameras there is no up', () => {
  expect(upFromCameras([])).toBeNull();
});
