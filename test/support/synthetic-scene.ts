// A made-up scene with known truth: points, cameras that look at them, and what each camera sees, with noise and outliers on demand.

import { projectPoint, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { seededRandom } from '../../models/geometry/linear-algebra/random.ts';

export interface SyntheticOptions {
  seed?: number;
  cameraCount?: number;
  pointCount?: number;
  /** Standard deviation of the noise on every observed coordinate. */
  noisePx?: number;
  /** Share of the observations that are drawn at random over the photo. */
  outlierShare?: number;
  intrinsics?: Intrinsics;
  /** How far around the scene the cameras go, in radians. */
  arc?: number;
  /** Flattens the points to a plane facing the middle camera. */
  planar?: boolean;
}

export interface SyntheticCamera {
  /** cameraFromWorld, 9 numbers row by row. */
  rotation: Float64Array;
  translation: [number, number, number];
}

export interface SyntheticObservation {
  cameraIdx: number;
  pointIdx: number;
  xPx: number;
  yPx: number;
  outlier: boolean;
}

export interface SyntheticScene {
  intrinsics: Intrinsics;
  cameras: SyntheticCamera[];
  /** pointCount × 3 */
  points: Float64Array;
  observations: SyntheticObservation[];
}

/** Cameras on an arc of radius 5 to 7 around a cloud of points within about ±1.5 of the origin, bobbing up and down. */
export function syntheticScene(options: SyntheticOptions = {}): SyntheticScene {
  const {
    seed = 1,
    cameraCount = 6,
    pointCount = 200,
    noisePx = 0,
    outlierShare = 0,
    arc = 1,
    planar = false,
  } = options;
  const intrinsics = options.intrinsics ?? {
    widthPx: 640,
    heightPx: 480,
    fxPx: 560,
    fyPx: 560,
    cxPx: 320,
    cyPx: 240,
    k1: 0,
    k2: 0,
  };
  const random = seededRandom(seed);
  const points = new Float64Array(pointCount * 3);
  for (let i = 0; i < points.length; i++) points[i] = planar && i % 3 === 2 ? 0 : (random.next() - 0.5) * 3;
  const cameras = Array.from({ length: cameraCount }, (_, i) => {
    const angle = cameraCount > 1 ? (i / (cameraCount - 1) - 0.5) * arc : 0;
    const height = 0.6 * Math.sin(i * 1.7);
    // Cameras at one distance that all look at one place leave the focal length open: a critical motion.
    const distance = 6 + Math.sin(2.3 * i);
    return lookingAtOrigin([distance * Math.sin(angle), height, -distance * Math.cos(angle)], 0.1 * Math.sin(i));
  });
  const observations: SyntheticObservation[] = [];
  cameras.forEach((camera, cameraIdx) => {
    for (let p = 0; p < pointCount; p++) {
      const pixel = projectPoint(intrinsics, toCamera(camera, points, p));
      if (!pixel || pixel[0] < 0 || pixel[1] < 0 || pixel[0] > intrinsics.widthPx || pixel[1] > intrinsics.heightPx)
        continue;
      const outlier = random.next() < outlierShare;
      observations.push({
        cameraIdx,
        pointIdx: p,
        xPx: outlier ? random.next() * intrinsics.widthPx : pixel[0] + noisePx * random.normal(),
        yPx: outlier ? random.next() * intrinsics.heightPx : pixel[1] + noisePx * random.normal(),
        outlier,
      });
    }
  });
  return { intrinsics, cameras, points, observations };
}

export function toCamera(
  { rotation: r, translation: t }: SyntheticCamera,
  points: Float64Array,
  idx: number,
): [number, number, number] {
  const x = points[3 * idx];
  const y = points[3 * idx + 1];
  const z = points[3 * idx + 2];
  return [
    r[0] * x + r[1] * y + r[2] * z + t[0],
    r[3] * x + r[4] * y + r[5] * z + t[1],
    r[6] * x + r[7] * y + r[8] * z + t[2],
  ];
}

/** Centre of a camera in the world. */
export function centerOf({ rotation: r, translation: t }: SyntheticCamera): [number, number, number] {
  return [
    -(r[0] * t[0] + r[3] * t[1] + r[6] * t[2]),
    -(r[1] * t[0] + r[4] * t[1] + r[7] * t[2]),
    -(r[2] * t[0] + r[5] * t[1] + r[8] * t[2]),
  ];
}

function lookingAtOrigin(center: [number, number, number], roll: number): SyntheticCamera {
  const distance = Math.hypot(...center);
  const z = center.map((value) => -value / distance);
  const side = Math.hypot(z[0], z[2]);
  const x0 = [z[2] / side, 0, -z[0] / side];
  const y0 = [z[1] * x0[2] - z[2] * x0[1], z[2] * x0[0] - z[0] * x0[2], z[0] * x0[1] - z[1] * x0[0]];
  const c = Math.cos(roll);
  const s = Math.sin(roll);
  const x = x0.map((value, i) => c * value + s * y0[i]);
  const y = x0.map((value, i) => c * y0[i] - s * value);
  const rotation = Float64Array.from([...x, ...y, ...z]);
  const t = [0, 3, 6].map(
    (r) => -(rotation[r] * center[0] + rotation[r + 1] * center[1] + rotation[r + 2] * center[2]),
  );
  return { rotation, translation: [t[0], t[1], t[2]] };
}
