// Placing a photo in a map from the points that its features show.

import { seededRandom } from '../linear-algebra/random.ts';
import { problemOf, refineSinglePose, resectRobustly, type Resection } from '../pose/resect.ts';
import type { PointsAndRays } from '../pose/p3p.ts';
import { featureOfKey, imageOfKey } from './feature-key.ts';
import { raysThrough, type MapCamera, type SceneMap } from './scene-map.ts';

const leastInliers = 15;
const leastShare = 0.25;
/** So many points in agreement are no coincidence, whatever else was matched. */
const surelyEnough = 60;
/** Focal lengths tried, relative to the belief, for a lens that no placed photo has used and EXIF does not tell. */
const focalTrials = [1, 0.7, 0.5, 1.4, 2];

/** Pairs of a feature of the photo and a point that it should show. */
export function visiblePoints(map: SceneMap, imageIdx: number): { feature: number; pointId: number }[] {
  const found: { feature: number; pointId: number }[] = [];
  const { count } = map.graph.images[imageIdx];
  const { start, keys } = map.graph.linksOfImage(imageIdx);
  for (let feature = 0; feature < count; feature++) {
    const seen = new Set<number>();
    for (let k = start[feature]; k < start[feature + 1]; k++) {
      const pointId = map.pointAt(imageOfKey(keys[k]), featureOfKey(keys[k]));
      if (pointId < 0 || seen.has(pointId)) continue;
      seen.add(pointId);
      found.push({ feature, pointId });
    }
  }
  return found;
}

/** @returns false when the photo cannot be placed (yet) */
export function registerImage(map: SceneMap, imageIdx: number): boolean {
  const seen = visiblePoints(map, imageIdx);
  if (seen.length < leastInliers) return false;
  const camera = map.cameraOfImage(imageIdx);
  const isNewLens = ![...map.poses.keys()].some((other) => map.cameraOf[other] === map.cameraOf[imageIdx]);
  const trials = isNewLens && camera.priorSpread > 0.2 ? focalTrials : [1];
  let best: { resection: Resection; focalPx: number; data: PointsAndRays } | null = null;
  for (const factor of trials) {
    const focalPx = camera.focalPx * factor;
    const data = correspondences(map, imageIdx, seen, { ...camera, focalPx });
    const threshold = map.tolerance(imageIdx) / focalPx;
    const resection = resectRobustly(data, threshold, seededRandom(imageIdx + 1));
    if (resection && (!best || resection.cost < best.resection.cost)) best = { resection, focalPx, data };
  }
  if (!best) return false;
  const { inliers } = best.resection;
  if (inliers.length < leastInliers) return false;
  if (inliers.length < leastShare * seen.length && inliers.length < surelyEnough) return false;
  settle(map, imageIdx, seen, best.data, best.resection, best.focalPx, trials.length > 1);
  return true;
}

function correspondences(
  map: SceneMap,
  imageIdx: number,
  seen: readonly { feature: number; pointId: number }[],
  camera: MapCamera,
): PointsAndRays {
  const all = raysThrough(map.graph, imageIdx, camera);
  const data: PointsAndRays = {
    count: seen.length,
    points: new Float64Array(3 * seen.length),
    rays: new Float64Array(2 * seen.length),
  };
  seen.forEach(({ feature, pointId }, i) => {
    const point = map.points.get(pointId);
    if (point) data.points.set([point.x, point.y, point.z], 3 * i);
    data.rays[2 * i] = all[2 * feature];
    data.rays[2 * i + 1] = all[2 * feature + 1];
  });
  return data;
}

/** Least squares over the agreeing points in pixels, then the photo and its observations enter the map. */
function settle(
  map: SceneMap,
  imageIdx: number,
  seen: readonly { feature: number; pointId: number }[],
  data: PointsAndRays,
  resection: Resection,
  focalPx: number,
  freeFocal: boolean,
): void {
  const camera = map.cameraOfImage(imageIdx);
  const features = map.graph.images[imageIdx];
  const observed = new Float64Array(2 * seen.length);
  seen.forEach(({ feature }, i) => {
    observed[2 * i] = features.xPx[feature];
    observed[2 * i + 1] = features.yPx[feature];
  });
  const middle: [number, number] = [camera.widthPx / 2, camera.heightPx / 2];
  const lens: [number, number, number] = [focalPx, camera.k1, camera.k2];
  const problem = problemOf(data, resection, resection.inliers, observed, lens, middle);
  if (freeFocal) problem.cameraFree[0] = 1;
  refineSinglePose(problem, map.tolerance(imageIdx) / 4, 20);
  if (freeFocal) camera.focalPx = problem.cameras[0];
  map.place(imageIdx, { rotation: problem.rotations, translation: problem.translations });
}
