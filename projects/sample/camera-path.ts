// Where the photos are taken: somebody walks once around the room, a camera in the hand, looking across its middle.

import { pinhole, type Intrinsics } from '../format/intrinsics.ts';
import { cross, normalized, quaternionFromMatrix, subtract, type Sim3, type Vec3 } from '../format/sim3.ts';
import { hash } from './noise.ts';
import type { SceneCamera } from './render-scene.ts';

/** Pose of a camera that stands at `eye` and looks at `target`; `rollDeg` turns it about its axis. World z is up. */
export function lookAt(eye: Vec3, target: Vec3, rollDeg = 0): Sim3 {
  const forward = normalized(subtract(target, eye));
  const level = normalized(cross(forward, [0, 0, 1]));
  const downLevel = cross(forward, level);
  const [cos, sin] = [Math.cos((rollDeg * Math.PI) / 180), Math.sin((rollDeg * Math.PI) / 180)];
  const right = [0, 1, 2].map((k) => level[k] * cos + downLevel[k] * sin);
  const down = [0, 1, 2].map((k) => downLevel[k] * cos - level[k] * sin);
  const rows = [0, 1, 2].flatMap((k) => [right[k], down[k], forward[k]]);
  return { rotation: quaternionFromMatrix(rows), translation: eye, scale: 1 };
}

/** A phone's wide lens: 26 mm in terms of 35 mm film. */
export const sampleIntrinsics: Intrinsics = pinhole(800, 600, 600);

/** The 24 photos of the sample: once around in steps of about 15°, never quite level. */
export function samplePath(count = 24): SceneCamera[] {
  const wobble = (i: number, k: number): number => hash(i, k, 7) - 0.5;
  return Array.from({ length: count }, (_, i) => {
    const angle = ((i / count) * 360 - 65 + 5 * wobble(i, 1)) * (Math.PI / 180);
    const eye: Vec3 = [
      2.5 + 1.5 * Math.cos(angle) + 0.08 * wobble(i, 2),
      2.2 + 1.25 * Math.sin(angle) + 0.08 * wobble(i, 3),
      1.5 + 0.12 * wobble(i, 4),
    ];
    const target: Vec3 = [
      2.5 - 1.7 * Math.cos(angle) + 0.1 * wobble(i, 5),
      2.2 - 1.5 * Math.sin(angle) + 0.1 * wobble(i, 6),
      0.95 + 0.1 * wobble(i, 7),
    ];
    return { intrinsics: sampleIntrinsics, worldFromCamera: lookAt(eye, target, 4 * wobble(i, 8)) };
  });
}
