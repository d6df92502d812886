// A scene that no threshold was chosen on: a workshop with shelves, crates and a lamp, walked past by a camera; one crate can slide.

import { pinhole } from '../../projects/format/intrinsics.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import { lookAt } from '../../projects/sample/camera-path.ts';
import { fabric, paint, rug, wood } from '../../projects/sample/materials.ts';
import { painting } from '../../projects/sample/paintings.ts';
import type { SceneCamera } from '../../projects/sample/render-scene.ts';
import { SceneBuilder, type Scene } from '../../projects/sample/scene.ts';

/** @param slideM how far the crate in front has slid to the right, metres */
export function workshop(slideM: number): Scene {
  const scene = new SceneBuilder();
  scene.thing('floor', 'floor', 'grey').box([-4, -3, -0.1], [4, 4, 0], rug(4, 4));
  scene.thing('wall', 'back wall', 'green').box([-4, 3, 0], [4, 3.1, 3], paint('#7f8f6a', 11, 1.6));
  scene.thing('wall', 'left wall', 'grey').box([-3.1, -3, 0], [-3, 4, 3], wood('#5a4630', '#b79a6c', 2, 5));
  const shelf = scene.thing('shelf', 'shelf', 'brown', [0.9, 2.6, 0], 8);
  for (const z of [0.4, 1, 1.6]) shelf.box([-0.8, -0.25, z], [0.8, 0.25, z + 0.05], wood('#4a2f1a', '#a8743c', 0, 2));
  shelf.box([-0.6, -0.15, 0.45], [-0.2, 0.15, 0.85], fabric('#3c6e71', '#e8c872', 'check', 0.09));
  shelf.add('ellipsoid', [0.3, 0, 1.25], [0.22, 0.15, 0.2], wood('#7a2e22', '#f2b27a', 1, 8));
  scene
    .thing('picture', 'poster', 'blue', [-1.2, 2.97, 1.7])
    .add('box', [0, 0, 0], [0.6, 0.02, 0.45], painting('shapes', 0, 0.6, 0.45));
  scene
    .thing('crate', 'tall crate', 'red', [-1.1, 1.3, 0], 30)
    .box([-0.35, -0.35, 0], [0.35, 0.35, 1.1], fabric('#8e3b46', '#f0d9b5', 'dots', 0.1));
  scene
    .thing('crate', 'sliding crate', 'blue', [-0.1 + slideM, 0.7, 0], 10)
    .box([-0.3, -0.22, 0], [0.3, 0.22, 0.55], paint('#31588c', 23, 2.4));
  return scene.finish({ sun: null, windows: [], lamps: [] }, [-10, -10, -10], [10, 10, 10]);
}

/** A walk along the workshop, bobbing, the eyes on a point that drifts the other way. @param lengthM from end to end */
export function walkCameras(count: number, widthPx: number, heightPx: number, lengthM = 1.8): SceneCamera[] {
  return Array.from({ length: count }, (_, i) => {
    const at = i / (count - 1) - 0.5;
    const eye: Vec3 = [lengthM * at, -1.6 + 0.25 * Math.abs(at), 1.25 + 0.05 * Math.sin(5 * i)];
    return {
      intrinsics: pinhole(widthPx, heightPx, widthPx * 0.75),
      worldFromCamera: lookAt(eye, [-0.4 * at, 1.6, 0.8]),
    };
  });
}
