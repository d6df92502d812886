// Up is found from how cameras are held.
import { expect, test } from 'vitest';
import { upFromCameras, upOfScene } from '../../../../projects/format/gravity.ts';
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

test('photos straight down from strips flown to and fro say where the ground is, not which way the nose pointed', () => {
  const strips = [0, 4, 180, 176, -3, 2, 183].map((heading, i) => camera(heading, 90 - 3 * (i % 3)));
  expect(degreesOff(upFromCameras(strips))).toBeLessThan(8);
});

test('where all photos look straight down and one way, GPS tells the ground from a wall', () => {
  // A grid of 5 × 4 photos, east along x and north along z of a world whose up is −y; GPS errs by metres and drifts upwards.
  const grid = Array.from({ length: 20 }, (_, i) => {
    const [column, row] = [i % 5, Math.floor(i / 5)];
    return {
      worldFromCamera: { ...camera(0, 90), translation: [column, 0.05 * Math.sin(i), row] as const },
      gps: {
        latitudeDeg: 48 + (row * 30 + 2 * Math.cos(9 * i)) / 111_206,
        longitudeDeg: 11.5 + (column * 30 + 2 * Math.sin(5 * i)) / (111_412 * Math.cos((48 * Math.PI) / 180)),
        altitudeM: 400 + 5 * i,
      },
    };
  });
  expect(degreesOff(upOfScene(grid))).toBeLessThan(3);
  const withoutGps = grid.map(({ worldFromCamera }) => ({ worldFromCamera, gps: null }));
  expect(degreesOff(upOfScene(withoutGps))).toBeGreaterThan(80);
});

test('a walk on level ground keeps the up of its cameras, however its GPS strays', () => {
  const walk = Array.from({ length: 12 }, (_, i) => ({
    worldFromCamera: { ...camera(30 * i, 5), translation: [i, 0, i % 3] as const },
    gps: { latitudeDeg: 48 + 1e-4 * Math.sin(40 * i), longitudeDeg: 11.5 + 1e-4 * Math.cos(17 * i), altitudeM: null },
  }));
  expect(degreesOff(upOfScene(walk))).toBeLessThan(3);
});
