// The maps of a run: one that grows with every photo, photos that wait, and further maps for what does not belong to it (yet).

import { joinedMap, similarityOfMaps } from '../map/join.ts';
import { Mapper } from '../map/mapper.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import type { MatchedPair } from '../map/matched-pair.ts';
import { layOver, similarityOverPhotos, standBeside } from '../map/move-map.ts';
import type { SceneMap } from '../map/scene-map.ts';
import { quality, reconsidered } from '../map/second-look.ts';
import { refutedPhoto } from '../map/witnesses.ts';
import type { Lens } from './lenses.ts';
import { bestMap, goodAngle, isContradicted, isMixed, poorAngle, startedMap } from './starts.ts';

/** So many photos without a good start are enough: then a poor one has to do. So many in vain begin a piece of their own. */
const patience = 8;
/** A piece of fewer photos than this is not worth a map of its own. */
const leastPhotosInMap = 3;

/** Photos whose world became another one. */
export interface Moved {
  images: number[];
  /** Length of an old unit in the new world. */
  scale: number;
}

export class Growth {
  readonly graph: MatchGraph;
  readonly lenses: Lens[] = [];
  readonly lensOf: number[] = [];
  maps: Mapper[] = [];
  /** Arrival order. */
  readonly waiting = new Set<number>();
  /** Set by `reset`: photos from this one on start anew. */
  firstOfPiece = 0;
  private moved: Moved[] = [];
  private superseded = new Set<number>();

  constructor(graph: MatchGraph) {
    this.graph = graph;
  }

  /** Lets the maps meet a photo whose matches are in the graph. */
  add(imageIdx: number, lens: Lens): void {
    this.addLens(lens);
    this.waiting.add(imageIdx);
    const current = this.maps.filter((mapper) => [...mapper.map.poses.keys()].some((i) => i >= this.firstOfPiece));
    const tentative = current.find(({ isTentative }) => isTentative);
    if (current.length === 0 || tentative) this.begin(imageIdx, tentative);
    else {
      this.place(current);
      if (this.waiting.has(imageIdx)) this.beginPiece(imageIdx);
      this.join();
      this.reconsider();
    }
  }

  addLens(lens: Lens): void {
    let idx = this.lenses.findIndex(({ key }) => key === lens.key);
    if (idx < 0) {
      idx = this.lenses.push(lens) - 1;
      for (const { map } of this.maps) map.cameras.push({ ...lens });
    }
    this.lensOf.push(idx);
  }

  /** Photos whose tentative map was given up since this was asked last: their points came with it. */
  takeSuperseded(): ReadonlySet<number> {
    const { superseded } = this;
    this.superseded = new Set();
    return superseded;
  }

  /** Photos that came into another world since this was asked last. */
  takeMoved(): Moved[] {
    const { moved } = this;
    this.moved = [];
    return moved;
  }

  /**
   * Begins the first map. While few photos are there, only a good start will do for it; until one comes, a poor one is shown, which shares nothing
   * with the map that takes its place.
   */
  private begin(newest: number, tentative?: Mapper): void {
    const images = new Set([...this.waiting, ...(tentative?.map.poses.keys() ?? [])]);
    const pairs = this.pairsAmong(images);
    if (!pairs.some(({ aIdx, bIdx }) => aIdx === newest || bIdx === newest)) return;
    const isLate = images.size >= patience;
    const mapper = startedMap(this, pairs, isLate || !tentative ? [goodAngle, poorAngle] : [goodAngle]);
    if (!mapper) {
      if (!tentative) return;
      tentative.isTentative = !isLate;
      this.place([tentative]);
      return;
    }
    mapper.isTentative = !isLate && mapper.startAngle < goodAngle;
    if (tentative) this.giveUp(tentative);
    this.maps.push(mapper);
    this.place([mapper]);
    if (tentative) layOver(mapper.map, tentative.map);
  }

  /** Photos of a tentative map wait again. */
  private giveUp(tentative: Mapper): void {
    this.maps = this.maps.filter((other) => other !== tentative);
    for (const image of tentative.map.poses.keys()) this.superseded.add(image);
    this.collectLost();
  }

  /** Photos that see each other but none of the maps show something else: they need not wait for the end to be seen. */
  private beginPiece(newest: number): void {
    const reached = new Set([newest]);
    for (const image of reached) {
      for (const { aIdx, bIdx } of this.graph.pairsWith(image)) {
        const other = aIdx === image ? bIdx : aIdx;
        if (this.waiting.has(other)) reached.add(other);
        // Whoever matches a placed photo may follow it soon.
        else return;
      }
    }
    if (reached.size >= patience) this.tryPiece(this.pairsAmong(reached));
  }

  private pairsAmong(images: ReadonlySet<number>): MatchedPair[] {
    return this.graph.pairs.filter(({ aIdx, bIdx }) => images.has(aIdx) && images.has(bIdx));
  }

  /** Places waiting photos, the one that sees most of any map first, until none fits. */
  private place(mappers: readonly Mapper[]): void {
    for (const { map } of mappers) for (const image of map.poses.keys()) this.waiting.delete(image);
    for (;;) {
      const offers = mappers.flatMap((mapper) => {
        const next = mapper.nextBest(this.waiting);
        return next ? [{ mapper, ...next }] : [];
      });
      const [best] = offers.sort((a, b) => b.visible - a.visible);
      if (!best) break;
      if (best.mapper.add(best.image)) this.waiting.delete(best.image);
    }
    this.collectLost();
  }

  /** Photos that an adjustment took out again wait. */
  private collectLost(): void {
    for (let image = 0; image < this.lensOf.length; image++) {
      if (!this.maps.some(({ map }) => map.poses.has(image))) this.waiting.add(image);
    }
  }

  /** Places anew what later photos contradict. */
  private reconsider(): void {
    this.maps = this.maps.map((mapper) => {
      const better = reconsidered(mapper);
      if (better) layOver(better.map, mapper.map);
      return better ?? mapper;
    });
    this.collectLost();
  }

  /** Adjusts everything and tries the waiting photos once more; what then stands against its own matches is not placed. */
  finish(mapper: Mapper): void {
    mapper.adjustAll(15);
    this.place([mapper]);
    mapper.adjustAll(40, 2, 1e-5);
    this.dropRefuted(mapper);
  }

  /** Photos whose place most of their matches refute wait: better no place than an invented one. */
  dropRefuted(mapper: Mapper): void {
    for (let image = refutedPhoto(mapper.map); image !== null; image = refutedPhoto(mapper.map)) {
      if (mapper.map.poses.size <= leastPhotosInMap) break;
      mapper.takeOut(image);
      mapper.adjustAll(8);
    }
    this.collectLost();
  }

  /** Joins maps that show the same place by now, the smaller into the larger. */
  join(): void {
    for (let a = 0; a < this.maps.length; a++) {
      for (let b = a + 1; b < this.maps.length; b++) {
        if (!this.joinPair(this.maps[a], this.maps[b])) continue;
        // What grew may reach further ones, and further photos.
        this.place([this.maps[a]]);
        b = a;
      }
    }
  }

  private joinPair(first: Mapper, second: Mapper): boolean {
    const isLarger = first.map.poses.size >= second.map.poses.size;
    const [into, from] = isLarger ? [first, second] : [second, first];
    const intoFromFrom = similarityOfMaps(into.map, from.map);
    const joined = intoFromFrom && joinedMap(into.map, from.map, intoFromFrom);
    if (!joined) return false;
    layOver(joined, into.map);
    const mapper = new Mapper(joined, { ...into.progress(), refused: [], isTentative: false });
    mapper.adjustAll(8);
    this.noteMoved(from.map, joined);
    this.maps = this.maps.flatMap((other) => (other === first ? [mapper] : other === second ? [] : [other]));
    this.collectLost();
    return true;
  }

  private noteMoved(from: SceneMap, into: SceneMap): void {
    const images = [...from.poses.keys()].filter((image) => into.poses.has(image));
    this.moved.push({ images, scale: similarityOverPhotos(from, into)?.scale ?? 1 });
  }

  /** Builds the first map anew where that promises more; both opinions are judged at their best. A tentative one was none. */
  secondOpinion(): void {
    const tentative = this.maps.find(({ isTentative }) => isTentative);
    if (tentative) this.giveUp(tentative);
    const isFirst = this.maps.length === 0;
    if (!this.wantsRebuild) return;
    if (this.maps[0]) this.finish(this.maps[0]);
    this.rebuild();
    if (tentative && isFirst && this.maps[0]) layOver(this.maps[0].map, tentative.map);
  }

  /** Photos that match the first map stand elsewhere or nowhere, or it is contradicted, or began with hardly any parallax: another start may do better. */
  private get wantsRebuild(): boolean {
    const [first] = this.maps;
    if ([...this.waiting].some((image) => this.graph.pairsWith(image).length > 0)) return true;
    if (first === undefined) return false;
    const isPoor = first.startAngle < goodAngle && first.map.poses.size > 3;
    return isPoor || isMixed(first) || isContradicted(first) || this.linked().length > 0;
  }

  /** Further maps with photos that match photos of the first one. */
  private linked(): Mapper[] {
    const [first, ...further] = this.maps;
    return further.filter(({ map }) =>
      this.graph.pairs.some(
        ({ aIdx, bIdx }) =>
          (map.poses.has(aIdx) && first.map.poses.has(bIdx)) || (map.poses.has(bIdx) && first.map.poses.has(aIdx)),
      ),
    );
  }

  /**
   * Builds the first map, with what is linked to it, again from the best start that is known by now; the better of both stays, in the world
   * of the old one.
   * @returns true when the new one was taken
   */
  private rebuild(): boolean {
    const [old] = this.maps;
    const linked = old ? this.linked() : [];
    const images = new Set([...this.waiting, ...[old, ...linked].flatMap((one) => [...(one?.map.poses.keys() ?? [])])]);
    const isAboutAngle = old && this.waiting.size + linked.length === 0 && !isContradicted(old) && !isMixed(old);
    const mapper = bestMap(this, images, this.pairsAmong(images), isAboutAngle ? old.startAngle : 0);
    if (!mapper) return false;
    // A new map that reaches into another piece has to take in all of it.
    const taken = linked.filter(({ map }) => [...map.poses.keys()].every((image) => mapper.map.poses.has(image)));
    const isTorn = linked.some((one) => !taken.includes(one) && sharesPhotos(one.map, mapper.map));
    if (old && (isTorn || quality(mapper.map) <= quality(old.map))) return false;
    if (old) layOver(mapper.map, old.map);
    for (const { map } of taken) this.noteMoved(map, mapper.map);
    this.maps = [mapper, ...this.maps.slice(1).filter((one) => !taken.includes(one))];
    this.waiting.clear();
    this.collectLost();
    return true;
  }

  /** A further map from photos that fit nowhere. @returns false when there is none */
  beginFurtherMap(): boolean {
    return this.tryPiece(this.pairsAmong(this.waiting));
  }

  private tryPiece(pairs: readonly MatchedPair[]): boolean {
    if (pairs.length < leastPhotosInMap - 1) return false;
    const mapper = startedMap(this, pairs, [goodAngle, poorAngle]);
    if (!mapper) return false;
    this.maps.push(mapper);
    this.place([mapper]);
    if (mapper.map.poses.size >= leastPhotosInMap) {
      standBeside(
        mapper.map,
        this.maps.slice(0, -1).map(({ map }) => map),
      );
      return true;
    }
    this.maps.pop();
    this.collectLost();
    return false;
  }
}

const sharesPhotos = (a: SceneMap, b: SceneMap): boolean => [...a.poses.keys()].some((image) => b.poses.has(image));
