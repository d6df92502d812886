// Tiny scenes with known truth for tests: a textured box room, one plane, a white wall; and camera paths to look at them.

import { pinhole } from '../format/intrinsics.ts';
import type { Vec3 } from '../format/sim3.ts';
import { lookAt } from './camera-path.ts';
import { bricks, fabric, paint, planks, rug, set, wallpaper, wood } from './materials.ts';
import { painting } from './paintings.ts';
import type { SceneCamera } from './render-scene.ts';
import { SceneBuilder, type Scene, type SceneLights } from './scene.ts';

const noLights: SceneLights = { sun: null, windows: [], lamps: [] };
const reach: Vec3 = [10, 10, 10];
const finish = (scene: SceneBuilder): Scene => scene.finish(noLights, [-10, -10, -10], reach);

/** A room of 4 × 4 × 2.4 m around the origin on the floor: patterned walls, a blue and a red box, a ball, a picture. */
export function boxRoom(): Scene {
  const scene = new SceneBuilder();
  scene.thing('floor', 'floor', 'brown').box([-2, -2, -0.1], [2, 2, 0], planks());
  scene.thing('ceiling', 'ceiling', 'white').box([-2, -2, 2.4], [2, 2, 2.5], paint('#e9e2d2', 3, 1));
  const paper = wallpaper('#e9dcc0', ['#5d8062', '#3f6a5c'], ['#c9654f', '#5b7fa3']);
  scene.thing('wall', 'west wall', 'white').box([-2.1, -2, 0], [-2, 2, 2.4], paper);
  scene.thing('wall', 'east wall', 'white').box([2, -2, 0], [2.1, 2, 2.4], paper);
  scene.thing('wall', 'south wall', 'white').box([-2, -2.1, 0], [2, -2, 2.4], paper);
  scene.thing('wall', 'north wall', 'red').box([-2, 2, 0], [2, 2.1, 2.4], bricks());
  scene
    .thing('box', 'blue box', 'blue', [0.7, 0.9, 0], 25)
    .box([-0.3, -0.3, 0], [0.3, 0.3, 0.8], fabric('#2f5fae', '#a9c3ea', 'dots', 0.12));
  scene
    .thing('box', 'red box', 'red', [-0.8, 1.1, 0], -15)
    .box([-0.35, -0.25, 0], [0.35, 0.25, 0.5], fabric('#b83a2e', '#efc2a0', 'check', 0.15));
  scene
    .thing('ball', 'ball', 'orange', [0, 0.5, 0])
    .add('ellipsoid', [0, 0, 0.25], [0.25, 0.25, 0.25], wood('#8a4a1c', '#f0a95c', 0));
  scene
    .thing('picture', 'picture', 'yellow', [0, 1.98, 1.5])
    .add('box', [0, 0, 0], [0.5, 0.02, 0.4], painting('shapes', 1, 0.5, 0.4));
  return finish(scene);
}

/** One richly patterned plane, 8 × 8 m, at y = 3, facing the cameras; nothing else. */
export function singlePlane(): Scene {
  const scene = new SceneBuilder();
  const pattern = rug(4, 4);
  const material: typeof pattern = (at, out) => pattern({ ...at, y: at.z }, out);
  scene.thing('wall', 'plane', 'red').box([-4, 3, -4], [4, 3.1, 4], material);
  return finish(scene);
}

/** A white wall without any texture at y = 3: nothing can be matched there. */
export function whiteWall(): Scene {
  const scene = new SceneBuilder();
  scene.thing('wall', 'white wall', 'white').box([-6, 3, -6], [6, 3.1, 6], (_, out) => set(out, [0.7, 0.7, 0.7]));
  return finish(scene);
}

/** Cameras side by side on an arc of `arcDeg` around (0, 1, 0.8), 2.2 m away, looking at it from the south. */
export function arcCameras(count: number, widthPx = 160, heightPx = 120, arcDeg = 40): SceneCamera[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = ((count > 1 ? i / (count - 1) - 0.5 : 0) * arcDeg * Math.PI) / 180;
    const eye: Vec3 = [2.2 * Math.sin(angle), 1 - 2.2 * Math.cos(angle), 1.2 + 0.1 * Math.sin(i * 2.1)];
    return { intrinsics: pinhole(widthPx, heightPx, widthPx * 0.8), worldFromCamera: lookAt(eye, [0, 1, 0.8]) };
  });
}

/** Cameras that turn on the spot, `stepDeg` apart: no parallax, so no depth can be known. */
export function turningCameras(count: number, widthPx = 160, heightPx = 120, stepDeg = 6): SceneCamera[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = ((i - (count - 1) / 2) * stepDeg * Math.PI) / 180;
    const eye: Vec3 = [0, -1.2, 1.2];
    const target: Vec3 = [eye[0] + Math.sin(angle), eye[1] + Math.cos(angle), 1.1];
    return { intrinsics: pinhole(widthPx, heightPx, widthPx * 0.8), worldFromCamera: lookAt(eye, target) };
  });
}
