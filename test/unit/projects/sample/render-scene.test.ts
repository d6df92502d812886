// The truth of rendered pictures must be true: depth, labels and repeatability, checked by geometry and by hand-made scenes.
import { describe, expect, test } from 'vitest';
import { projectPoint, rayThroughPixel } from '../../../../projects/format/intrinsics.ts';
import { inverse, scaled, transformPoint } from '../../../../projects/format/sim3.ts';
import { bakeSolids } from '../../../../projects/sample/bake.ts';
import { newHit } from '../../../../projects/sample/bvh.ts';
import { lookAt } from '../../../../projects/sample/camera-path.ts';
import { lightAt, newLightmap } from '../../../../projects/sample/lightmap.ts';
import { arcCameras, boxRoom, singlePlane, turningCameras, whiteWall } from '../../../../projects/sample/presets.ts';
import { renderScene, type RenderedView, type SceneCamera } from '../../../../projects/sample/render-scene.ts';
import { sampleRoom } from '../../../../projects/sample/room.ts';
import { newSurface, type Rgb } from '../../../../projects/sample/solid.ts';

const greyOf = (view: RenderedView, at: number): number =>
  (view.rgb[at * 3] + view.rgb[at * 3 + 1] + view.rgb[at * 3 + 2]) / 3;

/** World point of a pixel by its depth. */
function pointOf({ intrinsics, worldFromCamera }: SceneCamera, view: RenderedView, x: number, y: number) {
  const ray = rayThroughPixel(intrinsics, x + 0.5, y + 0.5);
  return transformPoint(worldFromCamera, scaled(ray, view.depth[y * view.widthPx + x]));
}

describe('A rendered picture', () => {
  test('sees a plane at the depth that geometry gives for every pixel', () => {
    const camera = { ...arcCameras(1)[0], worldFromCamera: lookAt([0.3, -0.5, 0.2], [0.9, 3, 0.6], 7) };
    const view = renderScene(singlePlane(), camera);
    for (const [x, y] of [
      [0, 0],
      [80, 60],
      [159, 119],
      [20, 100],
    ]) {
      const point = pointOf(camera, view, x, y);
      // float32 depth of about 4 m is exact to 5e-7 m.
      expect(point[1]).toBeCloseTo(3, 5);
    }
  });

  test('puts a surface where another camera sees it too, with the same thing on it', () => {
    const scene = boxRoom();
    const [a, b] = arcCameras(2, 160, 120, 12);
    const viewA = renderScene(scene, a);
    const viewB = renderScene(scene, b);
    let agree = 0;
    let seen = 0;
    for (let y = 2; y < 118; y += 3)
      for (let x = 2; x < 158; x += 3) {
        const inB = transformPoint(inverse(b.worldFromCamera), pointOf(a, viewA, x, y));
        const pixel = projectPoint(b.intrinsics, inB);
        if (!pixel || pixel[0] < 0 || pixel[1] < 0 || pixel[0] >= 160 || pixel[1] >= 120) continue;
        const at = Math.floor(pixel[1]) * 160 + Math.floor(pixel[0]);
        seen++;
        const near = Math.abs(viewB.depth[at] - inB[2]) < 0.05 * inB[2];
        if (near && viewA.instances[y * 160 + x] === viewB.instances[at]) agree++;
      }
    expect(seen).toBeGreaterThan(1200);
    // The rest is hidden from the second camera, or lies on an edge where half a pixel decides.
    expect(agree / seen).toBeGreaterThan(0.85);
  });

  test('is the same twice, byte by byte', () => {
    const options = { raysAcross: 2, noise: { sigma: 2, seed: 5 } } as const;
    const [camera] = arcCameras(1, 80, 60);
    const first = renderScene(boxRoom(), camera, options);
    expect(renderScene(boxRoom(), camera, options)).toEqual(first);
  });

  test('has texture in the box room and none on the white wall', () => {
    const [camera] = arcCameras(1);
    const contrast = (view: RenderedView): number => {
      let sum = 0;
      for (let at = 1; at < 160 * 120; at++) sum += Math.abs(greyOf(view, at) - greyOf(view, at - 1));
      return sum / (160 * 120);
    };
    expect(contrast(renderScene(whiteWall(), camera))).toBe(0);
    expect(contrast(renderScene(boxRoom(), camera))).toBeGreaterThan(5);
  });

  test('names what it shows: the blue box is blue, the red box red', () => {
    const scene = boxRoom();
    const view = renderScene(scene, arcCameras(1)[0]);
    for (const [name, channel] of [
      ['blue box', 2],
      ['red box', 0],
    ] as const) {
      const id = scene.instances.find((thing) => thing.name === name)?.id;
      const sum = [0, 0, 0];
      let count = 0;
      view.instances.forEach((instance, at) => {
        if (instance !== id) return;
        count++;
        for (let k = 0; k < 3; k++) sum[k] += view.rgb[at * 3 + k];
      });
      expect(count).toBeGreaterThan(300);
      expect(sum.indexOf(Math.max(...sum))).toBe(channel);
    }
  });

  test('does not move its centre when the cameras only turn', () => {
    const cameras = turningCameras(5);
    expect(new Set(cameras.map((camera) => camera.worldFromCamera.translation.join())).size).toBe(1);
  });
});

describe('The sample room', () => {
  const scene = sampleRoom();
  test('has the things that language tests ask for', () => {
    const names = new Set(scene.instances.map((thing) => thing.name));
    for (const name of [
      'floor',
      'ceiling',
      'blue chair',
      'red chair',
      'green sofa',
      'window',
      'door',
      'rug',
      'bookshelf',
    ])
      expect(names).toContain(name);
    expect(scene.classNames.length).toBeLessThan(256);
    expect(scene.instances.length).toBeLessThan(65536);
  });

  test('is closed: from the middle every direction ends at a surface', () => {
    const view = renderScene(scene, {
      intrinsics: { widthPx: 60, heightPx: 60, fxPx: 15, fyPx: 15, cxPx: 30, cyPx: 30, k1: 0, k2: 0 },
      worldFromCamera: lookAt([2.5, 2.2, 1.4], [2.5, 4, 1.4]),
    });
    expect(view.labels.every((label) => label > 0)).toBe(true);
  });
});

describe('Light', () => {
  test('names the same solids whether lamps cast shadows or not', () => {
    const scene = sampleRoom();
    const all = newHit();
    const casting = newHit();
    // Down from the middle of the room to the rug: no lamp in between.
    expect(scene.visible.trace([2.6, 2.6, 1.5], [0.001, 0.002, -1], 1e-4, all)).toBe(true);
    expect(scene.casting.trace([2.6, 2.6, 1.5], [0.001, 0.002, -1], 1e-4, casting)).toBe(true);
    expect(casting).toEqual(all);
  });

  test('is brighter by the window than behind the sofa, and nowhere negative', () => {
    const scene = sampleRoom();
    const map = newLightmap(scene, 0.4);
    bakeSolids(scene, map, 0, scene.solids.length, 0, 8, map.direct);
    expect(map.direct.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    const floor = scene.solids.findIndex((solid) => scene.instances[solid.instanceId - 1].name === 'floor');
    const brightness = (worldX: number, worldY: number): number => {
      const at = { ...newSurface(), axis: 2, sign: 1, u: worldX - 2.5, v: worldY - 2.2 };
      const out: Rgb = [0, 0, 0];
      lightAt(map, scene.solids[floor], floor, at, false, out);
      return out[1];
    };
    expect(brightness(2.5, 3.2)).toBeGreaterThan(2 * brightness(0.4, 0.4));
  });
});
