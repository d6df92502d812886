// Made-up tracks with a share that moves, in frames of a method whose poses drift: what refinement must tell apart.

import { FrameDepth } from '../../models/geometry/frame-depth.ts';
import { seededRandom } from '../../models/geometry/linear-algebra/random.ts';
import { MatchGraph } from '../../models/geometry/map/match-graph.ts';
import type { RefineFrame } from '../../models/geometry/refine/sightings.ts';
import { projectPoint } from '../../projects/format/intrinsics.ts';
import { pointFlag, type PointColumns } from '../../projects/format/point-chunk.ts';
import {
  compose,
  inverse,
  normalizedQuaternion,
  quaternionFromMatrix,
  transformPoint,
  type Sim3,
  type Vec3,
} from '../../projects/format/sim3.ts';
import { centerOf, syntheticScene } from './synthetic-scene.ts';

const movingCount = 60;

export interface MovingGraph {
  graph: MatchGraph;
  frames: RefineFrame[];
  truth: Sim3[];
  movingShare: number;
}

/**
 * 240 still and 60 moving points seen by six cameras, every point matched in every pair of photos that see it.
 * 'across' moves sideways and breaks the rays; 'along the rays' moves so that its pixels fit one still point, only its depth does not.
 */
export function movingGraph(way: 'across' | 'along the rays', marked = false): MovingGraph {
  const scene = syntheticScene({ pointCount: 300, cameraCount: 6 });
  const { intrinsics } = scene;
  const random = seededRandom(9);
  const truth = scene.cameras.map((camera): Sim3 => {
    const r = camera.rotation;
    const rotation = quaternionFromMatrix([r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]]);
    return { rotation, translation: centerOf(camera), scale: 1 };
  });
  const graph = new MatchGraph();
  const idxOf: Map<number, number>[] = [];
  let error: Sim3 = { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 };
  const frames = truth.map((pose, i): RefineFrame => {
    const seen: { point: number; xPx: number; yPx: number; z: number }[] = [];
    for (let point = 0; point < 300; point++) {
      const moves = point < movingCount;
      const place: Vec3 = [scene.points[3 * point], scene.points[3 * point + 1], scene.points[3 * point + 2]];
      const there: Vec3 = moves && way === 'across' ? [place[0] + 0.2 * i, place[1] + 0.15 * i * i, place[2]] : place;
      const inCamera = transformPoint(inverse(pose), there);
      const pixel = projectPoint(intrinsics, inCamera);
      if (!pixel || pixel[0] < 2 || pixel[1] < 2 || pixel[0] > 638 || pixel[1] > 478) continue;
      const z = inCamera[2] * (moves && way === 'along the rays' ? 1 + 0.25 * Math.sin(2.3 * i + point) : 1);
      seen.push({ point, xPx: pixel[0], yPx: pixel[1], z });
    }
    idxOf.push(new Map(seen.map(({ point }, k) => [point, k])));
    graph.addImage({
      widthPx: intrinsics.widthPx,
      heightPx: intrinsics.heightPx,
      count: seen.length,
      xPx: Float32Array.from(seen, ({ xPx }) => xPx),
      yPx: Float32Array.from(seen, ({ yPx }) => yPx),
      scalePx: new Float32Array(seen.length).fill(2),
      described: seen.length,
      colors: new Uint8Array(3 * seen.length),
    });
    if (i > 0) {
      const turn = normalizedQuaternion([0.005 * random.normal(), 0.005 * random.normal(), 0.005 * random.normal(), 1]);
      const shift: Vec3 = [0.08 * random.normal(), 0.08 * random.normal(), 0.08 * random.normal()];
      error = compose(error, { rotation: turn, translation: shift, scale: 1 });
    }
    const points = columnsOf(seen, (point) => marked && point < movingCount);
    const depth = new FrameDepth(points, intrinsics);
    return { photoId: `photo${i}`, worldFromCamera: compose(pose, error), intrinsics, depth, lensKey: 'one' };
  });
  for (let a = 0; a < frames.length; a++)
    for (let b = a + 1; b < frames.length; b++) {
      const inliers = [...idxOf[a]].flatMap(([point, k]) => {
        const other = idxOf[b].get(point);
        return other === undefined ? [] : [k, other];
      });
      graph.addPair(a, b, { inliers: Int32Array.from(inliers), fundamental: new Float64Array(9), planarShare: 0 });
    }
  const counted = Array.from({ length: 300 }, (_, p) => idxOf.filter((seen) => seen.has(p)).length).map((n) => n > 1);
  const moving = counted.filter((is, p) => is && p < movingCount).length;
  return { graph, frames, truth, movingShare: moving / counted.filter(Boolean).length };
}

function columnsOf(
  seen: readonly { point: number; xPx: number; yPx: number; z: number }[],
  isMoving: (point: number) => boolean,
): PointColumns {
  const count = seen.length;
  return {
    count,
    positions: Float32Array.from(seen.flatMap(({ z }) => [0, 0, z])),
    colors: new Uint8Array(4 * count),
    pixels: Uint16Array.from(seen.flatMap(({ xPx, yPx }) => [Math.floor(xPx), Math.floor(yPx)])),
    normals: new Int8Array(3 * count),
    errors: new Uint8Array(count),
    flags: Uint8Array.from(seen, ({ point }) => (isMoving(point) ? pointFlag.moving : 0)),
    gaussians: null,
    gridWidthPx: 640,
    gridHeightPx: 480,
  };
}
