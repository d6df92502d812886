// Dense points of many photos: keeps the views, their neighbours and raw depth maps, and lets the maps check each other.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { Sim3 } from '../../../projects/format/sim3.ts';
import type { PointMap, RgbImage } from '../../run/reconstructor.ts';
import type { SessionOptions } from '../../run/session.ts';
import { agreementOf, type SeenDepth } from './agreement.ts';
import { removeFlyingPixels, removeSpeckles } from './clean.ts';
import { chooseNeighbours, depthRangeOf, type SparsePoint } from './neighbours.ts';
import { pointMapOf } from './point-map.ts';
import { openSweep } from './sweep-pool.ts';
import type { DepthMap, DepthRange } from './depth-map.ts';
import type { DepthSweep } from './sweep.ts';
import { sweepView, type SweepView } from './view.ts';

export interface DenseView {
  photoId: PhotoId;
  /** Upright picture; the sweep runs at its size. */
  image: RgbImage;
  /** With distortion, at any size of the photo. */
  intrinsics: Intrinsics;
  worldFromCamera: Sim3;
}

interface Entry extends DenseView {
  sweep: SweepView;
  /** Sweep with the poses of now, or null when they have moved since. */
  raw: Promise<DepthMap | null> | null;
}

interface Plan {
  entry: Entry;
  /** Best first: those to match with and then those only to check against. */
  neighbours: SweepView[];
  range: DepthRange;
}

/** Depths that differ by less are one surface. */
const sameSurface = { px: 1, least: 0.008, most: 0.03 };
/** Neighbours to match with (what the graph takes), and to check against. */
const matched = 4;
const checked = 8;

export interface DenseOptions extends SessionOptions {
  /** Worker threads that sweep one photo each; 0 (the default) sweeps on the calling thread. */
  workers?: number;
}

export class Dense {
  readonly #options: DenseOptions;
  /** Opened when it is first needed. */
  #sweep: Promise<DepthSweep> | null = null;
  #providerLine = '';
  readonly #entries = new Map<PhotoId, Entry>();
  #pointsOf = new Map<PhotoId, SparsePoint[]>();

  constructor(options: DenseOptions = {}) {
    this.#options = options;
  }

  /** What runs where, once something has run. */
  get providerLine(): string {
    return this.#providerLine;
  }

  setView(view: DenseView): void {
    const sweep = sweepView(view.photoId, view.image, view.intrinsics, view.worldFromCamera);
    this.#entries.set(view.photoId, { ...view, sweep, raw: null });
  }

  has(photoId: PhotoId): boolean {
    return this.#entries.has(photoId);
  }

  /** After an adjustment. A view that did not move keeps its depth. */
  movePose(photoId: PhotoId, worldFromCamera: Sim3, intrinsics?: Intrinsics): void {
    const entry = this.#entries.get(photoId);
    if (!entry) return;
    const sameLens = !intrinsics || JSON.stringify(intrinsics) === JSON.stringify(entry.intrinsics);
    if (sameLens && JSON.stringify(worldFromCamera) === JSON.stringify(entry.worldFromCamera)) return;
    if (sameLens) {
      entry.worldFromCamera = worldFromCamera;
      entry.sweep = { ...entry.sweep, worldFromCamera };
      entry.raw = null;
    } else this.setView({ ...entry, worldFromCamera, intrinsics: intrinsics ?? entry.intrinsics });
  }

  /** All sparse points of the world as they are now. */
  setPoints(points: readonly SparsePoint[]): void {
    this.#pointsOf = new Map();
    for (const point of points)
      for (const id of point.seenBy) {
        const list = this.#pointsOf.get(id);
        if (list) list.push(point);
        else this.#pointsOf.set(id, [point]);
      }
  }

  /** Coarse depth against the views known now, unchecked. null: nothing to match with. */
  async preview(photoId: PhotoId): Promise<PointMap | null> {
    const plan = this.#plan(photoId);
    if (!plan) return null;
    const sweep = await this.#open();
    const map = await sweep.coarseDepthOf(plan.entry.sweep, plan.neighbours.slice(0, matched), plan.range);
    this.#providerLine = sweep.providerLine;
    const depth = map.depth.map((d, i) => (map.confidence[i] >= 0.5 ? d : NaN));
    removeSpeckles(depth, map.widthPx, map.heightPx, { smallest: 30, tolerance: 0.04 });
    const picture = { ...map, depth, difference: null };
    return pointMapOf(photoId, 'preview', picture, plan.entry.image, plan.entry.intrinsics);
  }

  /** Depth that other views confirm. Sweeps the photo and its neighbours when that has not been done. null: nothing to match with. */
  async final(photoId: PhotoId): Promise<PointMap | null> {
    const plan = this.#plan(photoId);
    if (!plan) return null;
    // All at once, so that workers share them.
    const [map, ...theirs] = await Promise.all(
      [plan.entry.sweep, ...plan.neighbours].map((view) => this.#rawDepth(view.photoId)),
    );
    const others: SeenDepth[] = plan.neighbours.flatMap((view, k) => {
      const other = theirs[k];
      return other ? [{ view, map: other }] : [];
    });
    if (!map || others.length === 0) return null;
    const picture = confirmed({ view: plan.entry.sweep, map }, others);
    return pointMapOf(photoId, 'final', picture, plan.entry.image, plan.entry.intrinsics);
  }

  /** Begins what `final` of these photos will need, without waiting for it: workers stay busy between calls. */
  prepare(photoIds: readonly PhotoId[]): void {
    for (const id of photoIds) {
      const views = [id, ...(this.#plan(id)?.neighbours.map((view) => view.photoId) ?? [])];
      // A failure is met by the `final` that awaits the same depth.
      for (const view of views) this.#rawDepth(view).catch(() => undefined);
    }
  }

  forget(photoId: PhotoId): void {
    this.#entries.delete(photoId);
  }

  async dispose(): Promise<void> {
    this.#entries.clear();
    await (await this.#sweep)?.dispose();
    this.#sweep = null;
  }

  #open(): Promise<DepthSweep> {
    this.#sweep ??= openSweep(this.#options.workers ?? 0, this.#options);
    return this.#sweep;
  }

  #plan(photoId: PhotoId): Plan | null {
    const entry = this.#entries.get(photoId);
    const points = this.#pointsOf.get(photoId) ?? [];
    const range = entry && depthRangeOf(entry.worldFromCamera, points);
    if (!range) return null;
    const ids = chooseNeighbours(entry, this.#entries, points, checked);
    const neighbours = ids.flatMap((id) => this.#entries.get(id)?.sweep ?? []);
    return neighbours.length > 0 ? { entry, neighbours, range } : null;
  }

  #rawDepth(photoId: PhotoId): Promise<DepthMap | null> {
    const known = this.#entries.get(photoId)?.raw;
    if (known) return known;
    const plan = this.#plan(photoId);
    if (!plan) return Promise.resolve(null);
    plan.entry.raw = this.#sweepDepth(plan);
    return plan.entry.raw;
  }

  async #sweepDepth({ entry, neighbours, range }: Plan): Promise<DepthMap> {
    const sweep = await this.#open();
    const map = await sweep.depthOf(entry.sweep, neighbours.slice(0, matched), range);
    this.#providerLine = sweep.providerLine;
    return map;
  }
}

/** Keeps what two other views confirm (one, when there is only one) and what is a surface. */
export function confirmed(reference: SeenDepth, others: readonly SeenDepth[]) {
  const { widthPx, heightPx, confidence } = reference.map;
  const { views, depth, difference } = agreementOf(reference, others, sameSurface);
  const wanted = Math.min(2, others.length);
  for (let i = 0; i < depth.length; i++) if (views[i] < wanted) depth[i] = NaN;
  removeFlyingPixels(depth, widthPx, heightPx);
  removeSpeckles(depth, widthPx, heightPx);
  const trust = new Float32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    if (!(depth[i] > 0)) continue;
    const share = Math.min(1, views[i] / 5);
    trust[i] = 0.5 + 0.5 * share * (0.3 + 0.7 * confidence[i]);
  }
  return { widthPx, heightPx, depth, confidence: trust, difference };
}
