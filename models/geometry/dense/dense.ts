// Dense points of many photos: keeps the views, their neighbours and raw depth maps, and lets the maps check each other.

import { resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { Sim3 } from '../../../projects/format/sim3.ts';
import type { PointMap, RgbImage } from '../../run/reconstructor.ts';
import type { SessionOptions } from '../../run/session.ts';
import { agreementOf, type SeenDepth } from './agreement.ts';
import { removeFlyingPixels, removeSpeckles } from './clean.ts';
import { chooseNeighbours, depthRangeOf, type SparsePoint } from './neighbours.ts';
import { pointMapOf, type DepthPicture } from './point-map.ts';
import { openSweep } from './sweep-pool.ts';
import type { DepthMap, DepthRange } from './depth-map.ts';
import { DepthShelf } from './depth-shelf.ts';
import type { DepthSweep } from './sweep.ts';
import { sweepView, type SweepView } from './view.ts';

export interface DenseView {
  photoId: PhotoId;
  /** The upright picture at the size that is swept. Asked for when it is needed, and again when it was not for long. */
  read(): Promise<RgbImage>;
  /** With distortion, at any size of the photo. */
  intrinsics: Intrinsics;
  worldFromCamera: Sim3;
  /** Depth that something else has predicted: then only a narrow band around it is swept. */
  prior?: DepthPrior;
}

/**
 * Depth along the optical axis in units of the world for every pixel of an undistorted picture (heightPx × widthPx); NaN where
 * nothing is predicted.
 */
export type DepthPrior = (camera: Intrinsics) => Float32Array;

interface Picture {
  image: RgbImage;
  camera: Intrinsics;
  grey: Float32Array;
}

interface Plan {
  view: DenseView;
  /** Best first: those to match with and then those only to check against. */
  neighbours: DenseView[];
  range: DepthRange;
}

/** Depths that differ by less are one surface. */
const sameSurface = { px: 1, least: 0.008, most: 0.03 };
/** Neighbours to match with (what the graph takes), and to check against. */
const matched = 4;
const checked = 8;

/**
 * Patches of less than this share of a picture fly in the air too often: on redkitchen_rgbd one point in four of them is more than a tenth off
 * its sensor depth, of larger ones one in twenty-five.
 */
const smallestPatch = 1 / 300;
/** Pictures and depth maps in memory: more than a photo with its neighbours and theirs need, so that a walk through all photos rarely misses. */
const mostHeld = 48;
/** Half the band around a predicted depth, as a share of the inverse depth: what learned methods err by on what they know. */
const relativeBand = 0.06;

export interface DenseOptions extends SessionOptions {
  /** Worker threads that sweep one photo each; 0 (the default) sweeps on the calling thread. */
  workers?: number;
  /** Where depth maps lie that are not needed for long; null or absent: all stay in memory. */
  folder?: string | null;
  /** Pictures and depth maps that are held in memory. */
  mostHeld?: number;
}

export class Dense {
  readonly #options: DenseOptions;
  /** Opened when it is first needed. */
  #sweep: Promise<DepthSweep> | null = null;
  #providerLine = '';
  readonly #views = new Map<PhotoId, DenseView>();
  /** The one used last at the end. */
  readonly #pictures = new Map<PhotoId, Promise<Picture>>();
  readonly #depths: DepthShelf;
  #pointsOf = new Map<PhotoId, SparsePoint[]>();

  constructor(options: DenseOptions = {}) {
    this.#options = options;
    this.#depths = new DepthShelf(options.folder ?? null, options.mostHeld ?? mostHeld);
  }

  /** What runs where, once something has run. */
  get providerLine(): string {
    return this.#providerLine;
  }

  /** New, or after an adjustment. A view that did not move keeps its depth. */
  setView(view: DenseView): void {
    const { photoId, intrinsics, worldFromCamera } = view;
    const known = this.#views.get(photoId);
    const sameLens = known && JSON.stringify(intrinsics) === JSON.stringify(known.intrinsics);
    const samePose = known && JSON.stringify(worldFromCamera) === JSON.stringify(known.worldFromCamera);
    this.#views.set(photoId, view);
    if (!sameLens) this.#pictures.delete(photoId);
    if (!sameLens || !samePose) this.#depths.drop(photoId);
  }

  /** Only these views are left. */
  keepOnly(photoIds: ReadonlySet<PhotoId>): void {
    for (const id of this.#views.keys()) {
      if (photoIds.has(id)) continue;
      this.#views.delete(id);
      this.#pictures.delete(id);
      this.#depths.drop(id);
    }
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

  /** Starts what sweeps, so that it is there when it is needed. */
  warmUp(): void {
    // A failure is met by whoever needs it.
    this.#open().catch(() => undefined);
  }

  /** Depth that other views confirm. Sweeps the photo and its neighbours when that has not been done. null: nothing to match with. */
  async depthOf(photoId: PhotoId): Promise<DepthPicture | null> {
    const plan = this.#plan(photoId);
    if (!plan) return null;
    // All at once, so that workers share them.
    const [map, ...theirs] = await Promise.all([plan.view, ...plan.neighbours].map((view) => this.#rawDepth(view)));
    const others = plan.neighbours.flatMap((view, k) => {
      const other = theirs[k];
      return other ? [seenDepth(view, other)] : [];
    });
    return map && others.length > 0 ? confirmed(seenDepth(plan.view, map), others) : null;
  }

  /** The points of that depth, on the photo's own pixel grid. */
  async final(photoId: PhotoId): Promise<PointMap | null> {
    const view = this.#views.get(photoId);
    const depth = await this.depthOf(photoId);
    if (!view || !depth) return null;
    const { image } = await this.#picture(view);
    return pointMapOf(photoId, 'final', depth, image, view.intrinsics);
  }

  /** Begins what `final` of these photos will need, without waiting for it: workers stay busy between calls. */
  prepare(photoIds: readonly PhotoId[]): void {
    for (const id of photoIds) {
      const plan = this.#plan(id);
      // A failure is met by the `final` that awaits the same depth.
      if (plan) for (const view of [plan.view, ...plan.neighbours]) this.#rawDepth(view).catch(() => undefined);
    }
  }

  async dispose(): Promise<void> {
    this.#views.clear();
    this.#pictures.clear();
    await this.#depths.clear();
    await (await this.#sweep)?.dispose();
    this.#sweep = null;
  }

  #open(): Promise<DepthSweep> {
    this.#sweep ??= openSweep(this.#options.workers ?? 0, this.#options);
    return this.#sweep;
  }

  #plan(photoId: PhotoId): Plan | null {
    const view = this.#views.get(photoId);
    const points = this.#pointsOf.get(photoId) ?? [];
    const range = view && depthRangeOf(view.worldFromCamera, points);
    if (!range) return null;
    const ids = chooseNeighbours(view, this.#views, points, checked);
    const neighbours = ids.flatMap((id) => this.#views.get(id) ?? []);
    return neighbours.length > 0 ? { view, neighbours, range } : null;
  }

  #rawDepth({ photoId }: DenseView): Promise<DepthMap | null> {
    return this.#depths.get(photoId, async () => {
      const plan = this.#plan(photoId);
      return plan && this.#sweepDepth(plan);
    });
  }

  async #sweepDepth({ view, neighbours, range }: Plan): Promise<DepthMap> {
    const views = [view, ...neighbours.slice(0, matched)];
    const [reference, ...others] = await Promise.all(views.map((one) => this.#sweepView(one)));
    const sweep = await this.#open();
    const map = view.prior
      ? await sweep.depthNear(reference, others, view.prior(reference.camera), relativeBand)
      : await sweep.depthOf(reference, others, range);
    this.#providerLine = sweep.providerLine;
    return map;
  }

  async #sweepView(view: DenseView): Promise<SweepView> {
    const { camera, grey } = await this.#picture(view);
    return { photoId: view.photoId, camera, grey, worldFromCamera: view.worldFromCamera };
  }

  #picture(view: DenseView): Promise<Picture> {
    const { photoId } = view;
    let picture = this.#pictures.get(photoId);
    this.#pictures.delete(photoId);
    picture ??= pictureOf(view);
    this.#pictures.set(photoId, picture);
    const [oldest] = this.#pictures.keys();
    if (this.#pictures.size > (this.#options.mostHeld ?? mostHeld)) this.#pictures.delete(oldest);
    return picture;
  }
}

async function pictureOf({ photoId, read, intrinsics, worldFromCamera }: DenseView): Promise<Picture> {
  const image = await read();
  const { camera, grey } = sweepView(photoId, image, intrinsics, worldFromCamera);
  return { image, camera, grey };
}

const seenDepth = ({ intrinsics, worldFromCamera }: DenseView, map: DepthMap): SeenDepth => ({
  map,
  view: { worldFromCamera, camera: resized(intrinsics, map.widthPx, map.heightPx) },
});

/** Keeps what two other views confirm (one, when there is only one) and what is a surface. */
export function confirmed(reference: SeenDepth, others: readonly SeenDepth[]): DepthPicture {
  const { widthPx, heightPx, confidence } = reference.map;
  const { views, depth, difference } = agreementOf(reference, others, sameSurface);
  const wanted = Math.min(2, others.length);
  for (let i = 0; i < depth.length; i++) if (views[i] < wanted) depth[i] = NaN;
  removeFlyingPixels(depth, widthPx, heightPx);
  removeSpeckles(depth, widthPx, heightPx, { smallest: Math.round(smallestPatch * widthPx * heightPx) });
  const trust = new Float32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    if (!(depth[i] > 0)) continue;
    const share = Math.min(1, views[i] / 5);
    trust[i] = 0.5 + 0.5 * share * (0.3 + 0.7 * confidence[i]);
  }
  return { widthPx, heightPx, depth, confidence: trust, difference };
}
