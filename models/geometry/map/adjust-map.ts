// Bundle adjustment of a map: all of it, or the surroundings of one photo.

import { adjustBundle } from '../bundle/adjust.ts';
import type { BundleProblem, BundleSummary } from '../bundle/bundle-problem.ts';
import { featureOfKey, imageOfKey } from './feature-key.ts';
import type { MapPoint, SceneMap } from './scene-map.ts';

export interface AdjustMapOptions {
  maxIterations: number;
  /** Photos whose poses move; without it all but the one that holds the world. */
  moving?: ReadonlySet<number>;
  /** Lenses that are adjusted; without it all. */
  movingCameras?: ReadonlySet<number>;
  /** Ends when a step lowers the cost by a smaller share. */
  leastGain?: number;
  /** false holds the distortion. */
  distortion?: boolean;
}

/** Photos a camera needs before its distortion is told from shape. */
const photosForDistortion = 3;

export function adjustMap(map: SceneMap, options: AdjustMapOptions): BundleSummary {
  const points = [...map.points.values()].filter(
    ({ track }) => !options.moving || track.some((key) => options.moving?.has(imageOfKey(key))),
  );
  const images = [...new Set(points.flatMap(({ track }) => track.map(imageOfKey)))]
    .filter((image) => map.poses.has(image))
    .sort((a, b) => a - b);
  const problem = problemOf(map, points, images, options);
  const tolerance = Math.min(...images.map((image) => map.tolerance(image)));
  const summary = adjustBundle(problem, {
    maxIterations: options.maxIterations,
    // A quarter of the tolerance is one pixel of 640.
    lossPx: tolerance / 4,
    leastGain: options.leastGain ?? 1e-4,
  });
  writeBack(map, points, images, problem);
  return summary;
}

function problemOf(map: SceneMap, points: MapPoint[], images: number[], options: AdjustMapOptions): BundleProblem {
  const poseOf = new Map(images.map((image, i) => [image, i]));
  const cameras = [...new Set(images.map((image) => map.cameraOf[image]))];
  const count = points.reduce((sum, { track }) => sum + track.length, 0);
  const problem: BundleProblem = {
    poseCount: images.length,
    rotations: new Float64Array(9 * images.length),
    translations: new Float64Array(3 * images.length),
    poseFixed: new Uint8Array(images.length),
    cameraOfPose: Int32Array.from(images, (image) => cameras.indexOf(map.cameraOf[image])),
    cameraCount: cameras.length,
    cameras: new Float64Array(3 * cameras.length),
    principalPoints: new Float64Array(2 * cameras.length),
    cameraFree: new Uint8Array(3 * cameras.length),
    cameraPriors: new Float64Array(3 * cameras.length),
    cameraPriorWeights: new Float64Array(3 * cameras.length),
    pointCount: points.length,
    points: new Float64Array(3 * points.length),
    observationStart: new Int32Array(points.length + 1),
    observationPose: new Int32Array(count),
    observationPx: new Float64Array(2 * count),
  };
  const anchor = images[0];
  images.forEach((image, i) => {
    const pose = map.poses.get(image);
    if (!pose) return;
    problem.rotations.set(pose.rotation, 9 * i);
    problem.translations.set(pose.translation, 3 * i);
    problem.poseFixed[i] = options.moving ? (options.moving.has(image) ? 0 : 1) : image === anchor ? 1 : 0;
  });
  cameras.forEach((cameraIdx, c) => setCamera(map, cameraIdx, c, problem, options));
  let o = 0;
  points.forEach(({ x, y, z, track }, i) => {
    problem.points.set([x, y, z], 3 * i);
    problem.observationStart[i] = o;
    for (const key of track) {
      const image = imageOfKey(key);
      const features = map.graph.images[image];
      problem.observationPose[o] = poseOf.get(image) ?? 0;
      problem.observationPx[2 * o] = features.xPx[featureOfKey(key)];
      problem.observationPx[2 * o + 1] = features.yPx[featureOfKey(key)];
      o++;
    }
  });
  problem.observationStart[points.length] = o;
  return problem;
}

function setCamera(
  map: SceneMap,
  cameraIdx: number,
  c: number,
  problem: BundleProblem,
  { movingCameras, distortion = true }: AdjustMapOptions,
): void {
  const camera = map.cameras[cameraIdx];
  const photos = [...map.poses.keys()].filter((image) => map.cameraOf[image] === cameraIdx).length;
  const free = !movingCameras || movingCameras.has(cameraIdx) ? 1 : 0;
  const bends = distortion && (photos >= photosForDistortion || map.poses.size >= 2 * photosForDistortion) ? free : 0;
  problem.cameras.set([camera.focalPx, camera.k1, camera.k2], 3 * c);
  problem.principalPoints.set([camera.widthPx / 2, camera.heightPx / 2], 2 * c);
  problem.cameraFree.set([free, bends, bends && photos >= 3 * photosForDistortion ? 1 : 0], 3 * c);
  const sigma = camera.priorSpread * camera.priorFocalPx;
  // One sigma costs as much as four matches that are off by one pixel of 640: it matters where the photos say nothing.
  const strength = (0.003 * Math.max(camera.widthPx, camera.heightPx)) ** 2;
  problem.cameraPriors.set([camera.priorFocalPx, 0, 0], 3 * c);
  problem.cameraPriorWeights.set([strength / sigma ** 2, strength / 0.3 ** 2, strength / 0.3 ** 2], 3 * c);
}

function writeBack(map: SceneMap, points: MapPoint[], images: number[], problem: BundleProblem): void {
  images.forEach((image, i) => {
    const camera = map.cameraOfImage(image);
    const c = 3 * problem.cameraOfPose[i];
    camera.focalPx = problem.cameras[c];
    camera.k1 = problem.cameras[c + 1];
    camera.k2 = problem.cameras[c + 2];
    if (problem.poseFixed[i]) return;
    map.place(image, {
      rotation: problem.rotations.slice(9 * i, 9 * i + 9),
      translation: problem.translations.slice(3 * i, 3 * i + 3),
    });
  });
  points.forEach((point, i) => {
    point.x = problem.points[3 * i];
    point.y = problem.points[3 * i + 1];
    point.z = problem.points[3 * i + 2];
  });
}
