// A camera path meets its keyframes, moves smoothly between them, and never jumps.
import { expect, test } from 'vitest';
import { pathSeconds, slerp, viewAt } from '../../../../projects/format/camera-path.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import type { SavedCamera } from '../../../../projects/format/scene.ts';
import { angleBetween, length, subtract, type Quaternion, type Vec3 } from '../../../../projects/format/sim3.ts';

const turned = (degrees: number): Quaternion => [
  0,
  Math.sin((degrees * Math.PI) / 360),
  0,
  Math.cos((degrees * Math.PI) / 360),
];
const key = (seconds: number, translation: Vec3, degrees: number, focalPx = 500): SavedCamera => ({
  id: String(seconds),
  name: `At ${seconds}`,
  worldFromCamera: { rotation: turned(degrees), translation, scale: 1 },
  intrinsics: pinhole(640, 480, focalPx),
  seconds,
});
const path = [key(1, [0, 0, 0], 0), key(3, [2, 0, 0], 40), key(4, [2, 0, 3], 90, 800), key(8, [0, 1, 4], 200)];
const at = (seconds: number, ease = false) => viewAt(path, seconds, ease) ?? expect.unreachable();

test('the path passes through its keyframes at their times', () => {
  expect(pathSeconds(path)).toBe(7);
  path.forEach(({ seconds, worldFromCamera, intrinsics }) => {
    const view = at(seconds - 1);
    expect(length(subtract(view.worldFromCamera.translation, worldFromCamera.translation))).toBeLessThan(1e-9);
    expect(angleBetween(view.worldFromCamera.rotation, worldFromCamera.rotation)).toBeLessThan(1e-6);
    expect(view.intrinsics.fxPx).toBeCloseTo(intrinsics.fxPx, 6);
  });
});

test.each([false, true])('small steps in time are small steps in space (ease %s)', (ease) => {
  for (let i = 0; i < 700; i++) {
    const [a, b] = [at(i / 100, ease), at((i + 1) / 100, ease)];
    // The fastest leg is three units in one second; the spline and the ease may go twice as fast for a moment.
    expect(length(subtract(a.worldFromCamera.translation, b.worldFromCamera.translation))).toBeLessThan(0.07);
    expect(angleBetween(a.worldFromCamera.rotation, b.worldFromCamera.rotation)).toBeLessThan(0.03);
  }
});

test('beyond its ends the path stands still, and easing keeps its ends', () => {
  expect(at(-5).worldFromCamera).toEqual(path[0].worldFromCamera);
  expect(at(50).worldFromCamera).toEqual(path[3].worldFromCamera);
  expect(at(7, true).worldFromCamera).toEqual(path[3].worldFromCamera);
  expect(viewAt([], 0, false)).toBeNull();
});

test('keyframes at one place turn without moving', () => {
  const still = [key(0, [1, 2, 3], 0), key(1, [1, 2, 3], 90)];
  const view = viewAt(still, 0.5, false);
  expect(view?.worldFromCamera.translation).toEqual([1, 2, 3]);
  expect(angleBetween(view?.worldFromCamera.rotation ?? [0, 0, 0, 1], turned(45))).toBeLessThan(1e-6);
});

test('rotations take the shorter way', () => {
  const opposite = turned(30).map((v) => -v) as unknown as Quaternion;
  expect(angleBetween(slerp(turned(0), opposite, 0.5), turned(15))).toBeLessThan(1e-6);
});
