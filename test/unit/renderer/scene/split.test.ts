// Comparing with the nearest photo: which one it is, and where its pixels lie in the view.
import { Matrix4, PerspectiveCamera } from 'three';
import { describe, expect, test } from 'vitest';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import type { Frame } from '../../../../projects/format/scene.ts';
import type { Quaternion, Sim3, Vec3 } from '../../../../projects/format/sim3.ts';
import { nearestFrame, poseDistance } from '../../../../renderer/scene/nearest-frame.ts';
import { photoWarp } from '../../../../renderer/scene/photo-warp.ts';

const at = (translation: Vec3, rotation: Quaternion = [0, 0, 0, 1], scale = 1): Sim3 => ({
  rotation,
  translation,
  scale,
});
const intrinsics = pinhole(400, 300, 350);
const frame = (id: string, worldFromCamera: Sim3 | null): Frame => ({ id, worldFromCamera, intrinsics }) as Frame;
/** A quarter of a turn to the side. */
const aside: Quaternion = [0, Math.SQRT1_2, 0, Math.SQRT1_2];

describe('the nearest photo', () => {
  test('is near, and looks the same way', () => {
    const frames = [
      frame('far', at([3, 0, 0])),
      frame('aside', at([0.1, 0, 0], aside)),
      frame('good', at([0.5, 0, 0])),
    ];
    expect(nearestFrame(frames, at([0, 0, 0]), 2, null)?.id).toBe('good');
    expect(poseDistance(at([0, 0, 0]), at([0, 0, 0], aside), 1)).toBeCloseTo(Math.PI / 2, 6);
  });

  test('stays until another is clearly nearer', () => {
    const frames = [frame('left', at([-1, 0, 0])), frame('right', at([1, 0, 0]))];
    expect(nearestFrame(frames, at([0.04, 0, 0]), 2, 'left')?.id).toBe('left');
    expect(nearestFrame(frames, at([0.3, 0, 0]), 2, 'left')?.id).toBe('right');
  });

  test('is none where no photo has a place', () => {
    expect(nearestFrame([frame('lost', null)], at([0, 0, 0]), 2, null)).toBeNull();
  });
});

describe('a photo laid into a view', () => {
  const viewport = { widthPx: 800, heightPx: 600 };
  // Half a turn about x is how our world stands on display.
  const display = new Matrix4().makeRotationX(Math.PI);
  const eye = (x: number, y: number, z: number): PerspectiveCamera => {
    const camera = new PerspectiveCamera((2 * Math.atan(150 / 350) * 180) / Math.PI, 4 / 3, 0.1, 100);
    camera.position.set(x, y, z);
    camera.updateMatrixWorld();
    return camera;
  };
  /** Where a pixel of the element goes, as CSS does it. */
  const placed = (warp: string, x: number, y: number): [number, number] => {
    const m = warp.slice('matrix3d('.length, -1).split(',').map(Number);
    const row = (k: number): number => m[k] * x + m[4 + k] * y + m[12 + k];
    return [row(0) / row(3), row(1) / row(3)];
  };

  test('fills the view of its own camera, at any depth and any scale of its frame', () => {
    for (const depth of [0.5, 2, 9])
      for (const scale of [1, 0.2]) {
        const warp = photoWarp(
          { worldFromCamera: at([0, 0, 0], [0, 0, 0, 1], scale), intrinsics },
          depth,
          display,
          eye(0, 0, 0),
          viewport,
          200,
        );
        for (const [u, v] of [
          [0, 0],
          [200, 0],
          [200, 150],
          [0, 150],
          [60, 90],
        ]) {
          const [x, y] = placed(warp, u, v);
          expect(x).toBeCloseTo(u * 4, 3);
          expect(y).toBeCloseTo(v * 4, 3);
        }
      }
  });

  test('beside it, what lies at the depth of the plane is where it belongs', () => {
    const depth = 2;
    const warp = photoWarp(
      { worldFromCamera: at([0, 0, 0]), intrinsics },
      depth,
      display,
      eye(0.3, -0.2, 0.5),
      viewport,
      400,
    );
    // The photo's pixel (300, 100) at that depth, in world axes (y down, z forward) and as the eye projects it.
    const [x, y] = [((300 - 200) / 350) * depth, ((100 - 150) / 350) * depth];
    const focal = 700;
    // On display y and z are turned: the eye stands at (0.3, 0.2, -0.5) of the world.
    const expected = [400 + (focal * (x - 0.3)) / (depth + 0.5), 300 + (focal * (y - 0.2)) / (depth + 0.5)];
    const [px, py] = placed(warp, 300, 100);
    expect(px).toBeCloseTo(expected[0], 3);
    expect(py).toBeCloseTo(expected[1], 3);
  });
});
