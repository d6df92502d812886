// Dense points of many photos: keeps the views, their neighbours and raw depth maps, and lets the maps check each other.

import { resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { Sim3 } from '../../../projects/format/sim3.ts';
import { noneIfUnreadable, type PointMap, type RgbImage } from '../../run/reconstructor.ts';
import type { SeenDepth } from './agreement.ts';
import { chooseNeighbours, depthRangeOf, type SparsePoint } from './neighbours.ts';
import type { DepthPicture } from './point-map.ts';
import type { DepthMap, DepthRange } from './depth-map.ts';
import { DepthShelf } from './depth-shelf.ts';
import type { DepthWork } from './depth-work.ts';
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
  /** Depth at any scale for the gaps, asked for once; null: nothing is predicted. */
  hint?(): Promise<DepthPrior | null>;
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

type DepthOf = (view: DenseView) => Promise<DepthMap | null>;

/** Neighbours to match with (what the graph takes), and to check against. */
const matched = 4;
const checked = 8;

/** Pictures and depth maps in memory: more than a photo with its neighbours and theirs need, so that a walk through all photos rarely misses. */
const mostHeld = 48;
/** Half the band around a predicted depth, as a share of the inverse depth: what learned methods err by on what they know. */
const relativeBand = 0.06;

export interface DenseOptions {
  /** Where depth maps lie that are not needed for long; null or absent: all stay in memory. */
  folder?: string | null;
  /** Pictures and depth maps that are held in memory. */
  mostHeld?: number;
}

export class Dense {
  readonly #work: DepthWork;
  readonly #options: DenseOptions;
  readonly #views = new Map<PhotoId, DenseView>();
  /** The one used last at the end. */
  readonly #pictures = new Map<PhotoId, Promise<Picture>>();
  readonly #depths: DepthShelf;
  /** What is confirmed of them, with predicted depth in the gaps. */
  readonly #beside: DepthShelf;
  /** Begun ahead of time. */
  readonly #finals = new Map<PhotoId, Promise<PointMap | null>>();
  #pointsOf = new Map<PhotoId, SparsePoint[]>();

  /** @param work what sweeps; on worker threads, photos are swept side by side */
  constructor(work: DepthWork, options: DenseOptions = {}) {
    this.#work = work;
    this.#options = options;
    const { folder = null } = options;
    this.#depths = new DepthShelf(folder, options.mostHeld ?? mostHeld);
    this.#beside = new DepthShelf(folder === null ? null : `${folder}-beside`, options.mostHeld ?? mostHeld);
  }

  /** New, or after an adjustment. A view that did not move keeps its depth. */
  setView(view: DenseView): void {
    const { photoId, intrinsics, worldFromCamera } = view;
    const known = this.#views.get(photoId);
    const sameLens = known && JSON.stringify(intrinsics) === JSON.stringify(known.intrinsics);
    const samePose = known && JSON.stringify(worldFromCamera) === JSON.stringify(known.worldFromCamera);
    this.#views.set(photoId, view);
    if (!sameLens) this.#pictures.delete(photoId);
    if (sameLens && samePose) return;
    this.#depths.drop(photoId);
    for (const id of this.#views.keys()) this.#beside.drop(id);
    this.#finals.clear();
  }

  /** Only these views are left. */
  keepOnly(photoIds: ReadonlySet<PhotoId>): void {
    for (const id of this.#views.keys()) {
      if (photoIds.has(id)) continue;
      this.#views.delete(id);
      this.#pictures.delete(id);
      this.#depths.drop(id);
      this.#beside.drop(id);
      this.#finals.clear();
    }
  }

  /** All sparse points of the world as they are now. */
  setPoints(points: readonly SparsePoint[]): void {
    this.#pointsOf = new Map();
    this.#finals.clear();
    for (const point of points)
      for (const id of point.seenBy) {
        const list = this.#pointsOf.get(id);
        if (list) list.push(point);
        else this.#pointsOf.set(id, [point]);
      }
  }

  /** Depth that other views confirm. Sweeps the photo and its neighbours when that has not been done. null: nothing to match with. */
  async depthOf(photoId: PhotoId): Promise<DepthPicture | null> {
    const seen = await this.#seen(photoId);
    return seen && this.#work.confirmed(seen.reference, seen.others);
  }

  /** The points of that depth, on the photo's own pixel grid. */
  async final(photoId: PhotoId): Promise<PointMap | null> {
    const begun = this.#finals.get(photoId);
    this.#finals.delete(photoId);
    return begun ?? this.#final(photoId);
  }

  /** The points of `final` and those of the view's hint that other views hold too. */
  filled(photoId: PhotoId): Promise<PointMap | null> {
    return this.#points(photoId, this.#besideDepth, (...input) => this.#work.filledPoints(...input));
  }

  /** Begins with what `filled` needs of these photos. */
  prepareFilled(photoIds: readonly PhotoId[]): void {
    for (const id of photoIds) this.#seen(id, this.#besideDepth).catch(() => undefined);
  }

  /** Begins with the points of these photos, without waiting for them: workers stay busy between calls. */
  prepare(photoIds: readonly PhotoId[]): void {
    for (const id of photoIds) {
      if (this.#finals.has(id)) continue;
      const final = this.#final(id);
      // A failure is met by whoever asks for it.
      final.catch(() => undefined);
      this.#finals.set(id, final);
    }
  }

  /** Begins with what the depth of these photos is made of. */
  prepareDepth(photoIds: readonly PhotoId[]): void {
    for (const id of photoIds) this.#seen(id).catch(() => undefined);
  }

  async dispose(): Promise<void> {
    this.#views.clear();
    this.#pictures.clear();
    this.#finals.clear();
    await this.#depths.clear();
    await this.#beside.clear();
    await this.#work.rest();
  }

  #final(photoId: PhotoId): Promise<PointMap | null> {
    return this.#points(photoId, this.#rawDepth, (...input) => this.#work.points(...input));
  }

  async #points(photoId: PhotoId, depthOf: DepthOf, pointsOf: DepthWork['points']): Promise<PointMap | null> {
    const view = this.#views.get(photoId);
    const seen = await this.#seen(photoId, depthOf);
    if (!view || !seen) return null;
    const picture = await this.#picture(view).catch(noneIfUnreadable);
    if (!picture) return null;
    const { image } = picture;
    return pointsOf({ photoId, image, intrinsics: view.intrinsics }, seen.reference, seen.others);
  }

  /** The photo's depth and that of its neighbours. */
  async #seen(
    photoId: PhotoId,
    depthOf: DepthOf = this.#rawDepth,
  ): Promise<{ reference: SeenDepth; others: SeenDepth[] } | null> {
    const plan = this.#plan(photoId);
    if (!plan) return null;
    // All at once, so that workers share them.
    const [map, ...theirs] = await Promise.all([plan.view, ...plan.neighbours].map(depthOf));
    const others = plan.neighbours.flatMap((view, k) => {
      const other = theirs[k];
      return other ? [seenDepth(view, other)] : [];
    });
    return map && others.length > 0 ? { reference: seenDepth(plan.view, map), others } : null;
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

  readonly #rawDepth: DepthOf = ({ photoId }) =>
    this.#depths.get(photoId, async () => {
      const plan = this.#plan(photoId);
      return plan && this.#sweepDepth(plan);
    });

  readonly #besideDepth: DepthOf = (view) =>
    this.#beside.get(view.photoId, async () => {
      const [plan, own] = [this.#plan(view.photoId), await this.depthOf(view.photoId)];
      const hint = own && (await view.hint?.());
      const views = plan && hint && (await this.#sweepViews(plan));
      if (!own || !hint || !views) return own;
      return this.#work.besideConfirmed(views.reference, views.others, own, hint(views.reference.camera));
    });

  /** null: the picture of the view, or that of every neighbour, cannot be read any more. */
  async #sweepDepth(plan: Plan): Promise<DepthMap | null> {
    const { view, range } = plan;
    const views = await this.#sweepViews(plan);
    if (!views) return null;
    const { reference, others } = views;
    if (view.prior) return this.#work.depthNear(reference, others, view.prior(reference.camera), relativeBand);
    return this.#work.depthOf(reference, others, range);
  }

  /** The pictures that are swept; null: that of the view, or that of every neighbour, cannot be read any more. */
  async #sweepViews({ view, neighbours }: Plan): Promise<{ reference: SweepView; others: SweepView[] } | null> {
    const views = [view, ...neighbours.slice(0, matched)];
    const [reference, ...around] = await Promise.all(views.map((one) => this.#sweepView(one)));
    const others = around.filter((other) => other !== null);
    return reference && others.length > 0 ? { reference, others } : null;
  }

  async #sweepView(view: DenseView): Promise<SweepView | null> {
    const picture = await this.#picture(view).catch(noneIfUnreadable);
    if (!picture) return null;
    const { camera, grey } = picture;
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
