// A run's maps and matches as tensors, and back: what is loaded goes on bit by bit as what was saved would have.
//
// Features are not part of it: they are found again from the photos (or the cache), and are the same.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { Mapper } from '../map/mapper.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import type { MatchedPair } from '../map/matched-pair.ts';
import { SceneMap, type MapPoint } from '../map/scene-map.ts';
import { grown } from './carry-on.ts';
import type { Growth } from './growth.ts';
import type { Lens } from './lenses.ts';

type Tensors = Record<string, NamedTensor>;

const f64 = (data: Float64Array, ...shape: number[]): NamedTensor => ({ dtype: 'F64', shape, data });
const i32 = (data: Int32Array, ...shape: number[]): NamedTensor => ({ dtype: 'I32', shape, data });
const u32 = (data: Uint32Array, ...shape: number[]): NamedTensor => ({ dtype: 'U32', shape, data });
const u16 = (data: Uint16Array, ...shape: number[]): NamedTensor => ({ dtype: 'U16', shape, data });

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
  const added = images.map(({ count, described: own, xPx, yPx, scalePx, colors }) => {
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
  const total = pairs.reduce((sum, { matchCount }) => sum + 2 * matchCount, 0);
  const n = pairs.length;
  const images = new Int32Array(3 * n);
  const inliers = new Uint16Array(total);
  const fundamental = new Float64Array(9 * n);
  let at = 0;
  pairs.forEach((pair, p) => {
    images.set([pair.aIdx, pair.bIdx, 2 * pair.matchCount], 3 * p);
    inliers.set(pair.inliers, at);
    fundamental.set(pair.fundamental, 9 * p);
    at += 2 * pair.matchCount;
  });
  return {
    'pairs.images': i32(images, n, 3),
    'pairs.inliers': u16(inliers, total / 2, 2),
    'pairs.fundamental': f64(fundamental, n, 9),
    'pairs.planarShare': f64(
      Float64Array.from(pairs, (p) => p.planarShare),
      n,
    ),
  };
}

function restorePairs(graph: MatchGraph, tensors: Tensors): void {
  const images = tensors['pairs.images'].data as Int32Array;
  // States of earlier versions have four bytes for each.
  const inliers = tensors['pairs.inliers'].data as Uint16Array | Int32Array;
  const fundamental = tensors['pairs.fundamental'].data as Float64Array;
  const planarShare = tensors['pairs.planarShare'].data as Float64Array;
  for (let p = 0, at = 0; p < planarShare.length; p++) {
    const length = images[3 * p + 2];
    graph.addPair(images[3 * p], images[3 * p + 1], {
      inliers: inliers.subarray(at, at + length),
      fundamental: fundamental.subarray(9 * p, 9 * p + 9),
      planarShare: planarShare[p],
    });
    at += length;
  }
}

function saveMap(map: SceneMap, prefix: string): Tensors {
  const poses = [...map.poses].flatMap(([image, { rotation, translation }]) => [image, ...rotation, ...translation]);
  const cameras = map.cameras.flatMap((c) => [c.focalPx, c.k1, c.k2, c.priorFocalPx, c.priorSpread]);
  const { positions, ids, tracks } = savePoints(map.points);
  return {
    [`${prefix}poses`]: f64(Float64Array.from(poses), poses.length / 13, 13),
    [`${prefix}cameras`]: f64(Float64Array.from(cameras), cameras.length / 5, 5),
    [`${prefix}points`]: f64(positions, map.points.size, 3),
    [`${prefix}pointIds`]: i32(ids, map.points.size, 2),
    [`${prefix}tracks`]: u32(tracks, tracks.length),
  };
}

/** Positions, then number and length of the track of each point, then all tracks one after the other. */
function savePoints(points: ReadonlyMap<number, MapPoint>): {
  positions: Float64Array;
  ids: Int32Array;
  tracks: Uint32Array;
} {
  let length = 0;
  for (const { track } of points.values()) length += track.length;
  const positions = new Float64Array(3 * points.size);
  const ids = new Int32Array(2 * points.size);
  const tracks = new Uint32Array(length);
  let [i, at] = [0, 0];
  for (const [id, { x, y, z, track }] of points) {
    positions.set([x, y, z], 3 * i);
    ids.set([id, track.length], 2 * i);
    tracks.set(track, at);
    i++;
    at += track.length;
  }
  return { positions, ids, tracks };
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
  // In states of earlier versions, too, they are whole numbers, of eight bytes.
  const keys = tensors[`${prefix}tracks`].data as Uint32Array | Float64Array;
  const points: [number, MapPoint][] = [];
  for (let i = 0, at = 0; 2 * i < ids.length; i++) {
    const length = ids[2 * i + 1];
    const track = [...keys.subarray(at, at + length)];
    points.push([ids[2 * i], { x: positions[3 * i], y: positions[3 * i + 1], z: positions[3 * i + 2], track }]);
    at += length;
  }
  map.restorePoints(points);
}
