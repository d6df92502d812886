// The scale that GPS tells: right to what it states where photos are far apart, refused where they are not.
import { expect, test } from 'vitest';
import { scaleFromGps, type LocatedCamera } from '../../../../../electron/studio/space/gps-scale.ts';
import { rotate, scaled, type Quaternion, type Vec3 } from '../../../../../projects/format/sim3.ts';

const worldFromEarth: Quaternion = [0.1830127, 0.6830127, -0.1830127, 0.6830127];
const up = rotate(worldFromEarth, [0, 0, 1]);
/** The semicircle of a walk, metres east and north; heights vary and must not matter. */
const walk = (count: number, radius: number): Vec3[] =>
  Array.from({ length: count }, (_, i) => [
    radius * Math.cos((Math.PI * i) / (count - 1)),
    radius * Math.sin((Math.PI * i) / (count - 1)),
    i % 3,
  ]);

/** @param metresPerUnit of the scene @param errors added to GPS, metres east and north */
function located(
  places: readonly Vec3[],
  metresPerUnit: number,
  errors: readonly (readonly [number, number])[],
): LocatedCamera[] {
  const latitude = 48.1;
  return places.map((place, i) => ({
    centerInWorld: scaled(rotate(worldFromEarth, place), 1 / metresPerUnit),
    latitudeDeg: latitude + (place[1] + errors[i][1]) / 111_206,
    longitudeDeg: 11.5 + (place[0] + errors[i][0]) / (111_412 * Math.cos((latitude * Math.PI) / 180)),
  }));
}

const still = (count: number): [number, number][] => Array.from({ length: count }, () => [0, 0]);

test('a walk of a hundred metres gives the scale to the error it states, whichever way the world is turned', () => {
  const errors = still(24).map((_, i): [number, number] => [2 * Math.sin(7 * i), 2 * Math.cos(11 * i)]);
  const { metresPerUnit, relativeSigma, source } = scaleFromGps(located(walk(24, 50), 3.7, errors), up);
  expect(relativeSigma).toBeLessThan(0.03);
  expect(Math.abs(metresPerUnit / 3.7 - 1)).toBeLessThan(2 * relativeSigma!);
  expect(source).toMatchObject({ kind: 'gps', photos: 24 });
});

test('one photo whose GPS is half a kilometre off does not turn the scale over', () => {
  const errors = still(24);
  errors[5] = [500, -200];
  expect(scaleFromGps(located(walk(24, 50), 3.7, errors), up).metresPerUnit).toBeCloseTo(3.7, 0);
});

test('GPS that drifts says less of the scale than GPS that jumps: the stated error grows', () => {
  const size = 8;
  const jumping = still(24).map((_, i): [number, number] => [size * Math.sin(7 * i), size * Math.cos(11 * i)]);
  const drifting = still(24).map((_, i): [number, number] => [size * Math.sin(i / 3), size * Math.cos(i / 4)]);
  const [jumps, drifts] = [jumping, drifting].map((errors) => scaleFromGps(located(walk(24, 90), 3.7, errors), up));
  expect(drifts.relativeSigma).toBeGreaterThan(1.5 * jumps.relativeSigma!);
  expect(Math.abs(drifts.metresPerUnit / 3.7 - 1)).toBeLessThan(2 * drifts.relativeSigma!);
});

test('photos of one room are too close together for GPS, and few photos are too few', () => {
  expect(() => scaleFromGps(located(walk(24, 2), 1, still(24)), up)).toThrowError(/too close together/);
  expect(() => scaleFromGps(located(walk(3, 50), 1, still(3)), up)).toThrowError(/at least 4/);
  const onOneSpot = located(walk(6, 50), 1, still(6)).map((camera) => ({
    ...camera,
    latitudeDeg: 48,
    longitudeDeg: 11,
  }));
  expect(() => scaleFromGps(onOneSpot, up)).toThrowError(/too close together/);
});
