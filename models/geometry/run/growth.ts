// The maps of a run: one that grows with every photo, photos that wait, and further maps for what does not belong to it.

import { similarityBetween } from '../align.ts';
import { matrixFromQuaternion, type Sim3 } from '../../../projects/format/sim3.ts';
import { multiply3, transpose3 } from '../linear-algebra/matrix3.ts';
import { Mapper } from '../map/mapper.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { centerOfPose, SceneMap } from '../map/scene-map.ts';
import type { Lens } from './lenses.ts';

const degrees = Math.PI / 180;
/** Median angle between the rays of the first pair: a good one while there is choice, a poor one rather than none. */
const goodAngle = 2.5 * degrees;
const poorAngle = 0.8 * degrees;
/** So many photos without a good start are enough: then a poor one has to do. */
const patience = 8;
/** A piece of fewer photos than this is not worth a map of its own. */
const leastPhotosInMap = 3;

export class Growth {
  readonly graph: MatchGraph;
  readonly lenses: Lens[] = [];
  readonly lensOf: number[] = [];
  maps: Mapper[] = [];
  /** Arrival order. */
  readonly waiting = new Set<number>();
  /** Set by `reset`: photos from this one on start anew. */
  firstOfPiece = 0;

  constructor(graph: MatchGraph) {
    this.graph = graph;
  }

  /** Lets the maps meet a photo whose matches are in the graph. */
  add(imageIdx: number, lens: Lens): void {
    this.addLens(lens);
    this.waiting.add(imageIdx);
    const current = this.maps.filter((mapper) => [...mapper.map.poses.keys()].some((i) => i >= this.firstOfPiece));
    if (current.length === 0) this.begin(imageIdx);
    else this.place(current);
  }

  addLens(lens: Lens): void {
    let idx = this.lenses.findIndex(({ key }) => key === lens.key);
    if (idx < 0) {
      idx = this.lenses.push(lens) - 1;
      for (const { map } of this.maps) map.cameras.push({ ...lens });
    }
    this.lensOf.push(idx);
  }

  private begin(newest: number): void {
    const pairs = this.graph.pairs.filter(({ aIdx, bIdx }) => this.waiting.has(aIdx) && this.waiting.has(bIdx));
    const fresh = pairs.filter(({ aIdx, bIdx }) => aIdx === newest || bIdx === newest);
    if (fresh.length === 0) return;
    const mapper = new Mapper(new SceneMap(this.graph, this.lenses, this.lensOf));
    // With few photos only a good start will do; later any start that holds.
    const least = this.waiting.size >= patience ? poorAngle : goodAngle;
    if (!mapper.start(pairs, goodAngle) && (least === goodAngle || !mapper.start(pairs, least))) return;
    this.maps.push(mapper);
    this.grow(mapper);
  }

  private place(mappers: readonly Mapper[]): void {
    for (const mapper of mappers) this.grow(mapper);
  }

  /** Places waiting photos, the one that sees most first, until none fits. */
  private grow(mapper: Mapper): void {
    for (const image of mapper.map.poses.keys()) this.waiting.delete(image);
    for (;;) {
      const next = mapper.nextBest(this.waiting);
      if (next < 0) break;
      if (mapper.add(next)) this.waiting.delete(next);
    }
    this.collectLost();
  }

  /** Photos that an adjustment took out again wait. */
  private collectLost(): void {
    for (let image = 0; image < this.lensOf.length; image++) {
      if (!this.maps.some(({ map }) => map.poses.has(image))) this.waiting.add(image);
    }
  }

  /** Adjusts everything and tries the waiting photos once more. */
  finish(mapper: Mapper): void {
    mapper.adjustAll(15);
    this.grow(mapper);
    mapper.adjustAll(40, 2, 1e-5);
    this.collectLost();
  }

  /** Photos found no place although they match something, or the first map began with hardly any parallax: another start may do better. */
  get wantsRebuild(): boolean {
    const [first] = this.maps;
    if ([...this.waiting].some((image) => this.graph.pairsWith(image).length > 0)) return true;
    return first !== undefined && first.startAngle < goodAngle && first.map.poses.size > 3;
  }

  /**
   * Builds the first map again from the best start that is known by now; the better of both stays, in the world of the old one.
   * @returns true when the new one was taken
   */
  rebuild(): boolean {
    const old = this.maps[0];
    const images = new Set([...this.waiting, ...(old?.map.poses.keys() ?? [])]);
    const pairs = this.graph.pairs.filter(({ aIdx, bIdx }) => images.has(aIdx) && images.has(bIdx));
    const mapper = new Mapper(new SceneMap(this.graph, this.lenses, this.lensOf));
    if (!mapper.start(pairs, goodAngle) && !mapper.start(pairs, poorAngle)) return false;
    if (old && mapper.startAngle <= old.startAngle && this.waiting.size === 0) return false;
    for (;;) {
      const left = [...images].filter((image) => !mapper.map.poses.has(image));
      const next = mapper.nextBest(left);
      if (next < 0) break;
      mapper.add(next);
    }
    mapper.adjustAll(40, 2, 1e-5);
    if (old && quality(mapper.map) <= quality(old.map)) return false;
    if (old) moveInto(mapper.map, old.map);
    this.maps[0] = mapper;
    this.waiting.clear();
    this.collectLost();
    return true;
  }

  /** A further map from photos that fit nowhere. @returns false when there is none */
  beginFurtherMap(): boolean {
    const pairs = this.graph.pairs.filter(({ aIdx, bIdx }) => this.waiting.has(aIdx) && this.waiting.has(bIdx));
    if (pairs.length < leastPhotosInMap - 1) return false;
    const mapper = new Mapper(new SceneMap(this.graph, this.lenses, this.lensOf));
    if (!mapper.start(pairs, goodAngle) && !mapper.start(pairs, poorAngle)) return false;
    this.maps.push(mapper);
    this.grow(mapper);
    if (mapper.map.poses.size >= leastPhotosInMap) return true;
    this.maps.pop();
    this.collectLost();
    return false;
  }
}

/** More photos first, then more observations. */
function quality(map: SceneMap): number {
  let observations = 0;
  for (const { track } of map.points.values()) observations += track.length;
  return map.poses.size * 1e6 + observations / 10;
}

/** Lays a rebuilt map over the one that the user has seen. */
function moveInto(map: SceneMap, seen: SceneMap): void {
  const common = [...map.poses.keys()].filter((image) => seen.poses.has(image));
  const centers = (of: SceneMap) =>
    common.flatMap((image) => {
      const pose = of.poses.get(image);
      return pose ? [centerOfPose(pose)] : [];
    });
  const seenFromMap = similarityBetween(centers(map), centers(seen));
  if (seenFromMap) transformMap(map, seenFromMap);
}

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
