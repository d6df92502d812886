// A rendered walk as a learned method might answer it: true depth with noise, but poses that drift and a scale of its own per frame.

import type { RgbImage } from '../../models/run/reconstructor.ts';
import { seededRandom } from '../../models/geometry/linear-algebra/random.ts';
import { pinhole, rayThroughPixel, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { emptyPointColumns, type PointColumns } from '../../projects/format/point-chunk.ts';
import { compose, normalizedQuaternion, type Sim3 } from '../../projects/format/sim3.ts';
import { renderScene } from './textured-scene.ts';

export interface DriftedFrame {
  image: RgbImage;
  points: PointColumns;
  truth: Sim3;
  /** What the method says. */
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
  /** The scale its points would need to have the size of the world. */
  trueScale: number;
}

export interface DriftOptions {
  count?: number;
  /** Standard deviation of the error that every step adds: share of a unit, and radians. */
  drift?: number;
  /** Standard deviation of the logarithm of a frame's scale. */
  scaleSpread?: number;
  /** Factor on the focal length that the method believes. */
  focalFactor?: number;
  depthNoise?: number;
  widthPx?: number;
  /** Factor on the way between the photos; 0 turns on the spot. */
  way?: number;
}

export function driftedFrames(options: DriftOptions = {}): DriftedFrame[] {
  const {
    count = 8,
    drift = 0.02,
    scaleSpread = 0.08,
    focalFactor = 1,
    depthNoise = 0.01,
    widthPx = 320,
    way = 1,
  } = options;
  const camera = pinhole(widthPx, 0.75 * widthPx, 0.9 * widthPx);
  const believed = { ...camera, fxPx: camera.fxPx * focalFactor, fyPx: camera.fyPx * focalFactor };
  const random = seededRandom(5);
  let error: Sim3 = { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 };
  return Array.from({ length: count }, (_, i) => {
    const along = count > 1 ? i / (count - 1) - 0.5 : 0;
    const turn = 0.2 * along;
    const truth: Sim3 = {
      rotation: [0.01 * Math.sin(i), -Math.sin(turn / 2), 0, Math.cos(turn / 2)],
      translation: [way * 2.2 * along, way * 0.12 * Math.sin(2.1 * i), way * 0.25 * Math.cos(1.3 * i)],
      scale: 1,
    };
    truth.rotation = normalizedQuaternion(truth.rotation);
    if (i > 0) {
      const turned = [0, 1, 2].map(() => 0.25 * drift * random.normal());
      const step: Sim3 = {
        rotation: normalizedQuaternion([turned[0], turned[1], turned[2], 1]),
        translation: [drift * random.normal(), drift * random.normal(), drift * random.normal()],
        scale: 1,
      };
      error = compose(error, step);
    }
    const trueScale = i === 0 ? 1 : Math.exp(scaleSpread * random.normal());
    const { image, depth } = renderScene(camera, truth);
    const points = columnsFrom(depth, believed, (z) => (z * (1 + depthNoise * random.normal())) / trueScale);
    return { image, points, truth, worldFromCamera: compose(truth, error), intrinsics: believed, trueScale };
  });
}

function columnsFrom(depth: Float32Array, camera: Intrinsics, believed: (z: number) => number): PointColumns {
  const { widthPx, heightPx } = camera;
  const columns = emptyPointColumns(widthPx * heightPx, widthPx, heightPx);
  columns.colors.fill(255);
  depth.forEach((z, i) => {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    const ray = rayThroughPixel(camera, x + 0.5, y + 0.5);
    const there = believed(z);
    columns.positions.set([ray[0] * there, ray[1] * there, there], 3 * i);
    columns.pixels.set([x, y], 2 * i);
  });
  return columns;
}
