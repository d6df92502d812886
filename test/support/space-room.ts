// A room for questions about space: plain boxes whose places and sizes are known, seen from all around.

import { pinhole } from '../../projects/format/intrinsics.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import { lookAt } from '../../projects/sample/camera-path.ts';
import { paint } from '../../projects/sample/materials.ts';
import type { SceneCamera } from '../../projects/sample/render-scene.ts';
import { SceneBuilder, type Scene } from '../../projects/sample/scene.ts';

/** Metres; x east, y north, z up. The floor is 6 × 4. */
export const roomSize: Vec3 = [6, 4, 2.5];

/** Every box: colour, centre on the floor, size, turn about up. Two are red. */
export const boxes = [
  { name: 'red', hex: '#c8281e', at: [1.2, 2.9, 0], size: [0.6, 0.4, 0.5], yawDeg: 0 },
  { name: 'red', hex: '#c8281e', at: [4.9, 1.0, 0], size: [0.4, 0.4, 0.9], yawDeg: 30 },
  { name: 'blue', hex: '#1e46b4', at: [2.9, 2.6, 0], size: [0.8, 0.5, 1.1], yawDeg: 20 },
  { name: 'green', hex: '#1e8c32', at: [1.5, 1.0, 0], size: [1.2, 0.5, 0.4], yawDeg: -10 },
  { name: 'yellow', hex: '#f0d21e', at: [4.8, 3.1, 0], size: [0.5, 0.7, 0.7], yawDeg: 0 },
] as const;

export function spaceRoom(): Scene {
  const scene = new SceneBuilder();
  const [x, y, z] = roomSize;
  const grey = paint('#8c8c8c', 1, 0.4);
  scene.thing('floor', 'floor', 'grey').box([0, 0, -0.1], [x, y, 0], paint('#707070', 2, 0.4));
  scene.thing('ceiling', 'ceiling', 'white').box([0, 0, z], [x, y, z + 0.1], paint('#f0f0f0', 3, 0.3));
  scene.thing('wall', 'west wall', 'grey').box([-0.1, 0, 0], [0, y, z], grey);
  scene.thing('wall', 'east wall', 'grey').box([x, 0, 0], [x + 0.1, y, z], grey);
  scene.thing('wall', 'south wall', 'grey').box([0, -0.1, 0], [x, 0, z], grey);
  scene.thing('wall', 'north wall', 'grey').box([0, y, 0], [x, y + 0.1, z], grey);
  boxes.forEach(({ name, hex, at, size: [w, d, h], yawDeg }, i) =>
    scene
      .thing('box', `${name} box`, name, at, yawDeg)
      .box([-w / 2, -d / 2, 0], [w / 2, d / 2, h], paint(hex, 10 + i, 0.3)),
  );
  return scene.finish({ sun: null, windows: [], lamps: [] }, [-10, -10, -10], [10, 10, 10]);
}

/** Cameras on an ellipse by the walls, at the height of eyes, looking across the middle. */
export function spaceCameras(count = 14, widthPx = 160, heightPx = 120): SceneCamera[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    const eye: Vec3 = [3 + 2.7 * Math.cos(angle), 2 + 1.7 * Math.sin(angle), 1.7];
    const target: Vec3 = [3 - 0.9 * Math.cos(angle), 2 - 0.6 * Math.sin(angle), 0.4];
    return { intrinsics: pinhole(widthPx, heightPx, widthPx * 0.55), worldFromCamera: lookAt(eye, target) };
  });
}
