// Rendered photos as point tracking sees them, with noise on poses and depths, and the true track of every pixel.

import { seededRandom } from '../../models/geometry/linear-algebra/random.ts';
import { grayFromRgb } from '../../models/geometry/features/gray-image.ts';
import { FrameDepth } from '../../models/geometry/frame-depth.ts';
import type { TrackView } from '../../models/geometry/trajectory/track-view.ts';
import { projectPoint, rayThroughPixel } from '../../projects/format/intrinsics.ts';
import {
  add,
  compose,
  inverse,
  normalizedQuaternion,
  scaled,
  transformPoint,
  type Vec3,
} from '../../projects/format/sim3.ts';
import { renderScene, type RenderedView, type SceneCamera } from '../../projects/sample/render-scene.ts';
import type { Scene } from '../../projects/sample/scene.ts';
import { columnsOf } from './rendered-frames.ts';

export interface TrackedWorld {
  views: TrackView[];
  /** Where the surface under a pixel centre of one photo is in all of them. @param motion what it moves by, photo by photo */
  truth(
    queryIdx: number,
    xPx: number,
    yPx: number,
    motion?: (viewIdx: number) => Vec3,
  ): { xPx: number; yPx: number; visible: boolean }[];
}

export interface Noise {
  /** Standard deviations: radians, metres, share of the depth. */
  turn: number;
  shift: number;
  depth: number;
}

/** @param sceneAt the world at the time of each photo */
export function renderedPhotos(sceneAt: (viewIdx: number) => Scene, cameras: readonly SceneCamera[]): RenderedView[] {
  return cameras.map((camera, i) =>
    renderScene(sceneAt(i), camera, { raysAcross: 2, noise: { sigma: 1, seed: i + 1 } }),
  );
}

export function trackedWorld(
  rendered: readonly RenderedView[],
  cameras: readonly SceneCamera[],
  noise: Noise,
): TrackedWorld {
  const random = seededRandom(4);
  const three = (spread: number): [number, number, number] => [
    spread * random.normal(),
    spread * random.normal(),
    spread * random.normal(),
  ];
  const views = cameras.map((camera, i): TrackView => {
    const { intrinsics, worldFromCamera } = camera;
    const rotation = normalizedQuaternion([...three(noise.turn / 2), 1]);
    const error = { rotation, translation: three(noise.shift), scale: 1 };
    const points = columnsOf(rendered[i], camera);
    for (let k = 0; k < points.count; k++) {
      const factor = 1 + noise.depth * random.normal();
      for (let j = 0; j < 3; j++) points.positions[3 * k + j] *= factor;
    }
    const { widthPx, heightPx, rgb } = rendered[i];
    return {
      photoId: `photo${i}`,
      worldFromCamera: compose(worldFromCamera, error),
      intrinsics,
      depth: new FrameDepth(points, intrinsics),
      image: grayFromRgb({ widthPx, heightPx, data: rgb }),
    };
  });
  const depthAt = ({ widthPx, heightPx, depth }: RenderedView, x: number, y: number): number =>
    x >= 0 && y >= 0 && x < widthPx && y < heightPx ? depth[Math.floor(y) * widthPx + Math.floor(x)] : 0;
  return {
    views,
    truth(queryIdx, xPx, yPx, motion = () => [0, 0, 0]) {
      const { intrinsics, worldFromCamera } = cameras[queryIdx];
      const ray = rayThroughPixel(intrinsics, xPx, yPx);
      const point = transformPoint(worldFromCamera, scaled(ray, depthAt(rendered[queryIdx], xPx, yPx)));
      return cameras.map((camera, i) => {
        const there = add(point, add(motion(i), scaled(motion(queryIdx), -1)));
        const inCamera = transformPoint(inverse(camera.worldFromCamera), there);
        const [x, y] = projectPoint(camera.intrinsics, inCamera) ?? [-1e3, -1e3];
        // Two hundredths of the depth are more than a pixel of any surface here that is not seen edge on.
        return { xPx: x, yPx: y, visible: Math.abs(depthAt(rendered[i], x, y) / inCamera[2] - 1) < 0.02 };
      });
    },
  };
}
