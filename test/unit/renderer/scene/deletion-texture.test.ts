// Deleted boxes as the shader reads them agree with the fold that exports use.
import { expect, test } from 'vitest';
import { deletionTest } from '../../../../projects/format/edits.ts';
import type { FrameBox } from '../../../../projects/format/frame-box.ts';
import type { Vec3 } from '../../../../projects/format/sim3.ts';
import { cubeRowsOf, packBoxes } from '../../../../renderer/scene/deletion-texture.ts';

const box: FrameBox = {
  frameId: 'f',
  cameraFromBox: { rotation: [0, Math.sin(0.4), 0, Math.cos(0.4)], translation: [1, -2, 4], scale: 0.5 },
  halfSize: [1, 0.4, 2],
};

test('a point is in the cube exactly when the fold deletes it', () => {
  const rows = cubeRowsOf(box);
  const isInCube = (p: Vec3): boolean =>
    [0, 1, 2].every(
      (r) => Math.abs(rows[r * 4] * p[0] + rows[r * 4 + 1] * p[1] + rows[r * 4 + 2] * p[2] + rows[r * 4 + 3]) <= 1,
    );
  const isDeleted = deletionTest([box]);
  let inside = 0;
  let differing = 0;
  for (let i = 0; i < 4000; i++) {
    const share = (k: number): number => {
      const wave = Math.sin(i * 12.9898 + k * 78.233) * 43758.5453;
      return wave - Math.floor(wave);
    };
    const point: Vec3 = [1 + 2.4 * (share(0) - 0.5), -2 + 2.4 * (share(1) - 0.5), 4 + 2.4 * (share(2) - 0.5)];
    if (isInCube(point) !== isDeleted(point)) differing++;
    if (isDeleted(point)) inside++;
  }
  expect(differing).toBe(0);
  expect(inside).toBeGreaterThan(50);
});

test('each frame finds its own rows', () => {
  const { texture, ranges } = packBoxes(
    new Map([
      ['a', [box]],
      ['b', [box, { ...box, halfSize: [9, 9, 9] }]],
    ]),
  );
  expect([ranges.get('a'), ranges.get('b')]).toEqual([
    { from: 0, count: 1 },
    { from: 1, count: 2 },
  ]);
  expect(texture.image.height).toBe(3);
});
