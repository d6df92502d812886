// Moving a whole map: into another world, over an earlier state of itself, or out of the way of one it shares nothing with.

import { identitySim3, matrixFromQuaternion, type Sim3 } from '../../../projects/format/sim3.ts';
import { similarityBetween } from '../align.ts';
import { multiply3, transpose3 } from '../linear-algebra/matrix3.ts';
import { centerOfPose, type SceneMap } from './scene-map.ts';

export function transformMap(map: SceneMap, { rotation, translation, scale }: Sim3): void {
  const r = matrixFromQuaternion(rotation);
  for (const point of map.points.values()) {
    const { x, y, z } = point;
    point.x = scale * (r[0] * x + r[1] * y + r[2] * z) + translation[0];
    point.y = scale * (r[3] * x + r[4] * y + r[5] * z) + translation[1];
    point.z = scale * (r[6] * x + r[7] * y + r[8] * z) + translation[2];
  }
  for (const [image, pose] of map.poses) {
    // Camera axes grow with the world: cameraFromNew = scale · cameraFromOld ∘ oldFromNew.
    const turned = multiply3(pose.rotation, transpose3(r));
    const t = Float64Array.from([0, 3, 6], (row, k) => {
      const along = turned[row] * translation[0] + turned[row + 1] * translation[1] + turned[row + 2] * translation[2];
      return scale * pose.translation[k] - along;
    });
    map.place(image, { rotation: turned, translation: t });
  }
}

/** targetFromSource over the photos that two maps share; null for fewer than three. */
export function similarityOverPhotos(source: SceneMap, target: SceneMap): Sim3 | null {
  const common = [...source.poses.keys()].filter((image) => target.poses.has(image));
  const centers = (of: SceneMap) =>
    common.flatMap((image) => {
      const pose = of.poses.get(image);
      return pose ? [centerOfPose(pose)] : [];
    });
  return similarityBetween(centers(source), centers(target));
}

/** Lays a map over another one that shows the same photos, as well as can be. */
export function layOver(map: SceneMap, seen: SceneMap): void {
  const seenFromMap = similarityOverPhotos(map, seen);
  if (seenFromMap) transformMap(map, seenFromMap);
}

/**
 * Puts a map that shares no world with the others to their right (+x), at their size: its place and scale are free, and two scenes in one spot
 * could not be told apart.
 */
export function standBeside(map: SceneMap, others: readonly SceneMap[]): void {
  if (others.length === 0) return;
  const extents = others.map(extentOf);
  const own = extentOf(map);
  const scale = extents[0].size / own.size;
  const right = Math.max(...extents.map(({ to }) => to));
  if (!Number.isFinite(scale) || !Number.isFinite(right)) return;
  transformMap(map, { ...identitySim3, scale, translation: [right + 0.2 * extents[0].size - scale * own.from, 0, 0] });
}

/** Where the bulk of a map lies along x, far points left out, and its size in any direction. */
function extentOf(map: SceneMap): { from: number; to: number; size: number } {
  const centers = [...map.poses.values()].map(centerOfPose);
  const points = [...map.points.values()];
  const [x, y, z] = [0, 1, 2].map((axis) => {
    const of = [...points.map((p) => [p.x, p.y, p.z][axis])].sort((a, b) => a - b);
    const bulk = [of[Math.floor(0.05 * of.length)], of[Math.floor(0.95 * of.length)]];
    const eyes = centers.map((center) => center[axis]);
    return { from: Math.min(bulk[0], ...eyes), to: Math.max(bulk[1], ...eyes) };
  });
  return { ...x, size: Math.hypot(x.to - x.from, y.to - y.from, z.to - z.from) };
}
