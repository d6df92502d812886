// A run's maps and matches as tensors, and back: what is loaded goes on bit by bit as what was saved would have.
//
// Features are not part of it: they are found again from the photos (or the cache), and are the same.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { descriptorLength } from '../features/features.ts';
import { Mapper } from '../map/mapper.ts';
import type { MatchedPair, MatchGraph } from '../map/match-graph.ts';
import { SceneMap, type MapPoint } from '../map/scene-map.ts';
import { grown } from './carry-on.ts';
import type { Growth } from './growth.ts';
import type { Lens } from './lenses.ts';

type Tensors = Record<string, NamedTensor>;

const f64 = (data: Float64Array, ...shape: number[]): NamedTensor => ({ dtype: 'F64', shape, data });
const i32 = (data: Int32Array, ...shape: number[]): NamedTensor => ({ dtype: 'I32', shape, data });

export interface GrowthFacts {
  lenses: Lens[];
  lensOf: number[];
  waiting: number[];
  firstOfPiece: number;
  /** Images with features of simulated views, and the number of features before. States of the first version do not tell. */
  widened?: [number, number][];
  mappers: ReturnType<Mapper['progress']>[];
}

export function saveGrowth(growth: Growth): { tensors: Tensors; facts: GrowthFacts } {
  const tensors = { ...savePairs(growth.graph.pairs), ...saveCarried(growth.graph) };
  growth.maps.forEach(({ map }, i) => Object.assign(tensors, saveMap(map, `map${i}.`)));
  return {
    tensors,
    facts: {
      lenses: growth.lenses,
      lensOf: growth.lensOf,
      waiting: [...growth.waiting],
      firstOfPiece: growth.firstOfPiece,
      widened: [...growth.graph.widened],
      mappers: growth.maps.map((mapper) => mapper.progress()),
    },
  };
}

/** @param growth fresh, its graph holding the features of all photos that were met */
export function restoreGrowth(growth: Growth, tensors: Tensors, facts: GrowthFacts): void {
  restoreCarried(growth.graph, tensors);
  for (const [imageIdx, count] of facts.widened ?? []) growth.graph.widened.set(imageIdx, count);
  restorePairs(growth.graph, tensors);
  growth.lenses.push(...facts.lenses);
  growth.lensOf.push(...facts.lensOf);
  for (const image of facts.waiting) growth.waiting.add(image);
  growth.firstOfPiece = facts.firstOfPiece;
  growth.maps = facts.mappers.map((progress, i) => {
    const map = new SceneMap(growth.graph, growth.lenses, growth.lensOf);
    restoreMap(map, tensors, `map${i}.`);
    return new Mapper(map, progress);
  });
}

/** Features without descriptors came by flow from photo to photo or from simulated views: they would not be found again. */
function saveCarried({ images }: MatchGraph): Tensors {
  const added = images.map(({ count, descriptors, xPx, yPx, scalePx, colors }) => {
    const own = descriptors.length / descriptorLength;
    const places = Array.from({ length: count - own }, (_, k) => [xPx[own + k], yPx[own + k], scalePx[own + k]]);
    return { places: places.flat(), colors: [...colors.subarray(3 * own)] };
  });
  const counts = added.map(({ places }) => places.length / 3);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    'carried.counts': i32(Int32Array.from(counts), counts.length),
    'carried.places': {
      dtype: 'F32',
      shape: [total, 3],
      data: Float32Array.from(added.flatMap(({ places }) => places)),
    },
    'carried.colors': { dtype: 'U8', shape: [total, 3], data: Uint8Array.from(added.flatMap(({ colors }) => colors)) },
  };
}

/** States of the first version have none. */
function restoreCarried(graph: MatchGraph, tensors: Tensors): void {
  const counts = tensors['carried.counts']?.data as Int32Array | undefined;
  const places = tensors['carried.places']?.data as Float32Array;
  const colors = tensors['carried.colors']?.data as Uint8Array;
  let at = 0;
  counts?.forEach((count, imageIdx) => {
    const column = (c: number): Float32Array =>
      Float32Array.from({ length: count }, (_, k) => places[3 * (at + k) + c]);
    const added = {
      xPx: column(0),
      yPx: column(1),
      scalePx: column(2),
      colors: colors.slice(3 * at, 3 * (at + count)),
    };
    if (count > 0) graph.growImage(imageIdx, grown(graph.images[imageIdx], added));
    at += count;
  });
}

function savePairs(pairs: readonly MatchedPair[]): Tensors {
  const total = pairs.reduce((sum, { inliers }) => sum + inliers.length, 0);
  const inliers = new Int32Array(total);
  let at = 0;
  for (const pair of pairs) {
    inliers.set(pair.inliers, at);
    at += pair.inliers.length;
  }
  const n = pairs.length;
  return {
    'pairs.images': i32(Int32Array.from(pairs.flatMap((p) => [p.aIdx, p.bIdx, p.inliers.length])), n, 3),
    'pairs.inliers': i32(inliers, total / 2, 2),
    'pairs.fundamental': f64(Float64Array.from(pairs.flatMap((p) => [...p.fundamental])), n, 9),
    'pairs.planarShare': f64(
      Float64Array.from(pairs, (p) => p.planarShare),
      n,
    ),
  };
}

function restorePairs(graph: MatchGraph, tensors: Tensors): void {
  const images = tensors['pairs.images'].data as Int32Array;
  const inliers = tensors['pairs.inliers'].data as Int32Array;
  const fundamental = tensors['pairs.fundamental'].data as Float64Array;
  const planarShare = tensors['pairs.planarShare'].data as Float64Array;
  for (let p = 0, at = 0; p < planarShare.length; p++) {
    const length = images[3 * p + 2];
    graph.addPair(images[3 * p], images[3 * p + 1], {
      inliers: inliers.slice(at, at + length),
      fundamental: fundamental.slice(9 * p, 9 * p + 9),
      planarShare: planarShare[p],
    });
    at += length;
  }
}

function saveMap(map: SceneMap, prefix: string): Tensors {
  const poses = [...map.poses].flatMap(([image, { rotation, translation }]) => [image, ...rotation, ...translation]);
  const cameras = map.cameras.flatMap((c) => [c.focalPx, c.k1, c.k2, c.priorFocalPx, c.priorSpread]);
  const points = [...map.points];
  const keys = points.flatMap(([, { track }]) => track);
  return {
    [`${prefix}poses`]: f64(Float64Array.from(poses), poses.length / 13, 13),
    [`${prefix}cameras`]: f64(Float64Array.from(cameras), cameras.length / 5, 5),
    [`${prefix}points`]: f64(Float64Array.from(points.flatMap(([, { x, y, z }]) => [x, y, z])), points.length, 3),
    [`${prefix}pointIds`]: i32(
      Int32Array.from(points.flatMap(([id, { track }]) => [id, track.length])),
      points.length,
      2,
    ),
    [`${prefix}tracks`]: f64(Float64Array.from(keys), keys.length),
  };
}

function restoreMap(map: SceneMap, tensors: Tensors, prefix: string): void {
  const poses = tensors[`${prefix}poses`].data as Float64Array;
  for (let i = 0; i < poses.length; i += 13) {
    map.place(poses[i], { rotation: poses.slice(i + 1, i + 10), translation: poses.slice(i + 10, i + 13) });
  }
  const cameras = tensors[`${prefix}cameras`].data as Float64Array;
  map.cameras.forEach((camera, i) => {
    const [focalPx, k1, k2, priorFocalPx, priorSpread] = cameras.subarray(5 * i, 5 * i + 5);
    Object.assign(camera, { focalPx, k1, k2, priorFocalPx, priorSpread });
  });
  const positions = tensors[`${prefix}points`].data as Float64Array;
  const ids = tensors[`${prefix}pointIds`].data as Int32Array;
  const keys = tensors[`${prefix}tracks`].data as Float64Array;
  const points: [number, MapPoint][] = [];
  for (let i = 0, at = 0; 2 * i < ids.length; i++) {
    const length = ids[2 * i + 1];
    const track = [...keys.subarray(at, at + length)];
    points.push([ids[2 * i], { x: positions[3 * i], y: positions[3 * i + 1], z: positions[3 * i + 2], track }]);
    at += length;
  }
  map.restorePoints(points);
}
