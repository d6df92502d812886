// The built-in method: incremental structure from motion with dense plane sweeps, behind the shape that all methods share.

import { availableParallelism } from 'node:os';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';
import type {
  BeginOptions,
  Placement,
  PhotoSource,
  Reconstructor,
  SceneState,
  SettleOutput,
  StepOptions,
  StepOutput,
} from '../run/reconstructor.ts';
import { MatchGraph } from './map/match-graph.ts';
import { TrackCarrier } from './run/carry-on.ts';
import { DenseStage } from './run/dense-stage.ts';
import { Growth } from './run/growth.ts';
import { lensOf } from './run/lenses.ts';
import { NewPhotoMatcher } from './run/match-new.ts';
import { PhotoFeatures } from './run/photo-features.ts';
import { placementOf, sparsePreview } from './run/placements.ts';
import { PredictedDepth } from './run/predicted-depth.ts';
import { restoreGrowth, saveGrowth, type GrowthFacts } from './run/saved-state.ts';
import { MovingParts } from './run/moving-parts.ts';
import { WideLook } from './run/wide-look.ts';
import { settleOnce, type SettleProgress } from './run/settle.ts';
import { ScratchFile } from './scratch-file.ts';
import { openWorkers, type GeometryWork } from './workers/work.ts';

/** Photos whose features are found ahead of time. */
const lookAhead = 3;

/** @param depthMethod predicts depth for gaps, where photos alone tell none; it is disposed with the geometry */
export async function createGeometryReconstructor(depthMethod: Reconstructor | null = null): Promise<Reconstructor> {
  const threads = Math.max(1, Math.min(4, availableParallelism()));
  return new GeometryReconstructor(await openWorkers(threads), threads, depthMethod);
}

export class GeometryReconstructor implements Reconstructor {
  readonly provider: string;
  private readonly work: GeometryWork;
  private readonly predicted: PredictedDepth | null;
  private dense: DenseStage | null = null;
  private features: PhotoFeatures | null = null;
  private wide: WideLook | null = null;
  private scratch: ScratchFile | null = null;
  private moving: MovingParts;
  private matcher: NewPhotoMatcher;
  private carrier: TrackCarrier;
  private growth = new Growth(new MatchGraph());
  /** Photos met, in order: the index of a photo in graph and maps is its place here. */
  private met: PhotoSource[] = [];
  private expected: readonly PhotoSource[] = [];
  /** What the studio was told last of every photo, to tell it only what changed. */
  private told = new Map<PhotoId, Placement>();
  /**
   * Of photos that came into another world: length there of a unit of the points on disk, which are never rewritten. It stays the scale of
   * the photo's placement until new points replace them.
   */
  private readonly units = new Map<PhotoId, number>();
  private settling: SettleProgress = { stage: 'rebuild' };

  constructor(work: GeometryWork, threads: number, depthMethod: Reconstructor | null = null) {
    this.work = work;
    this.predicted = depthMethod && new PredictedDepth(depthMethod);
    this.matcher = new NewPhotoMatcher(work.frontEnd, this.descriptorsOf);
    this.carrier = new TrackCarrier(work.frontEnd);
    this.moving = new MovingParts(work.frontEnd, this.descriptorsOf);
    const own = `Geometry · CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    this.provider = depthMethod ? `${own} · gaps: ${depthMethod.provider}` : own;
  }

  async begin(options: BeginOptions): Promise<number> {
    const { settings, photos, cacheFolder, saved } = options;
    const { frontEnd, depth } = this.work;
    await this.predicted?.begin(options);
    this.features = new PhotoFeatures(frontEnd, cacheFolder, settings.sizePx);
    this.wide = new WideLook(frontEnd, this.descriptorsOf);
    this.scratch?.close();
    this.scratch = new ScratchFile(cacheFolder);
    this.matcher = new NewPhotoMatcher(frontEnd, this.descriptorsOf, this.scratch);
    this.carrier = new TrackCarrier(frontEnd);
    this.moving = new MovingParts(frontEnd, this.descriptorsOf);
    await this.dense?.end();
    this.dense = new DenseStage(depth, cacheFolder, this.predicted);
    this.growth = new Growth(new MatchGraph(this.scratch));
    this.met = [];
    this.told.clear();
    this.units.clear();
    this.expected = photos;
    this.settling = { stage: 'rebuild' };
    if (saved) await this.restore(saved);
    this.prepareFrom(this.met.length);
    return this.met.length;
  }

  async step(photo: PhotoSource, { update, reset }: StepOptions): Promise<StepOutput> {
    const startedAtMs = performance.now();
    if (!this.features) throw new Error('begin comes before step.');
    const features = await this.features.of(photo);
    this.prepareFrom(this.expected.findIndex(({ id }) => id === photo.id) + 1);
    if (!update) return { ...this.news([]), modelMs: performance.now() - startedAtMs };
    const { growth } = this;
    const imageIdx = growth.graph.addImage(features);
    this.met.push(photo);
    const before = this.met.at(-2);
    await this.matcher.match(growth.graph, imageIdx, growth.firstOfPiece, (pair) =>
      before ? this.carrier.carry(growth.graph, before, photo, pair) : Promise.resolve(pair),
    );
    growth.add(imageIdx, lensOf(photo, features.widthPx, features.heightPx));
    this.settling = { stage: 'rebuild' };
    const notices = features.count < 50 ? [`${photo.name} shows too little structure to be placed.`] : [];
    const predicted = await this.predicted?.meet(photo, { update, reset });
    notices.push(...(predicted?.notices ?? []));
    const output = this.news(notices);
    if (reset) growth.firstOfPiece = imageIdx + 1;
    return { ...output, modelMs: performance.now() - startedAtMs };
  }

  async settle(): Promise<SettleOutput> {
    const startedAtMs = performance.now();
    const { growth, met, dense, wide, moving } = this;
    if (!dense || !wide) throw new Error('begin comes before settle.');
    const { progress, pointMaps, notices, settled, next } = await settleOnce(this.settling, growth, met, {
      dense,
      wide,
      moving,
    });
    this.settling = progress;
    for (const { photoId } of pointMaps) this.units.delete(photoId);
    const output = this.news(notices);
    output.pointMaps.push(...pointMaps);
    return { ...output, settled, next, modelMs: performance.now() - startedAtMs };
  }

  peek(): Promise<null> {
    return Promise.resolve(null);
  }

  async save(): Promise<SceneState> {
    const predicted = await this.predicted?.save();
    const { tensors, facts: growth } = saveGrowth(this.growth);
    const { told, settling } = this;
    const photoIds = this.met.map(({ id }) => id);
    return {
      modelId: 'geometry',
      stepIdx: this.met.length,
      tensors: { ...tensors, ...predicted?.tensors },
      facts: { photoIds, growth, told: [...told], settling, ...predicted?.facts },
    };
  }

  async dispose(): Promise<void> {
    await this.dense?.end();
    await this.predicted?.dispose();
    await this.work.dispose();
    this.scratch?.close();
    this.scratch = null;
  }

  private async restore({ tensors, facts }: SceneState): Promise<void> {
    const { photoIds, growth, told, settling } = facts as {
      photoIds: PhotoId[];
      growth: GrowthFacts;
      told: [PhotoId, Placement][];
      settling: SettleProgress;
    };
    const byId = new Map(this.expected.map((photo) => [photo.id, photo]));
    for (const id of photoIds) {
      const photo = byId.get(id);
      if (photo) this.met.push(photo);
    }
    for (const [idx, photo] of this.met.entries()) {
      for (const next of this.met.slice(idx + 1, idx + 1 + lookAhead)) this.features?.prepare(next);
      const features = await this.features?.of(photo);
      if (features) this.growth.graph.addImage(features);
    }
    restoreGrowth(this.growth, tensors, growth);
    this.told = new Map(told);
    for (const [id, { worldFromCamera }] of told)
      if (worldFromCamera.scale !== 1) this.units.set(id, worldFromCamera.scale);
    this.settling = settling;
  }

  private readonly descriptorsOf = async (imageIdx: number): Promise<Uint8Array> => {
    if (!this.features) throw new Error('begin comes first.');
    return this.features.descriptorsOf(this.met[imageIdx]);
  };

  private prepareFrom(idx: number): void {
    for (const photo of this.expected.slice(idx, idx + lookAhead)) this.features?.prepare(photo);
  }

  /** What changed since the studio was last told. */
  private news(notices: string[]): StepOutput {
    const output: StepOutput = { placed: [], waiting: [], pointMaps: [], notices, modelMs: 0 };
    const { growth, met, told, units } = this;
    for (const { images, scale } of growth.takeMoved()) {
      for (const image of images) units.set(met[image].id, scale * (units.get(met[image].id) ?? 1));
      notices.push(`A separate piece of ${images.length} photos has joined the scene.`);
    }
    for (const image of growth.takeSuperseded()) {
      told.delete(met[image].id);
      units.delete(met[image].id);
    }
    growth.maps.forEach(({ map }, submapIdx) => {
      for (const imageIdx of map.poses.keys()) {
        const photo = met[imageIdx];
        const before = told.get(photo.id);
        const placement = placementOf(map, imageIdx, photo, submapIdx, before ? units.get(photo.id) : 1);
        if (!placement || (before && isSame(before, placement))) continue;
        if (!before) output.pointMaps.push(sparsePreview(map, imageIdx, photo.id));
        told.set(photo.id, placement);
        output.placed.push(placement);
      }
    });
    for (const imageIdx of growth.waiting) {
      const { id } = met[imageIdx];
      told.delete(id);
      units.delete(id);
      output.waiting.push(id);
    }
    return output;
  }
}

function isSame(a: Placement, b: Placement): boolean {
  return (
    a.submapIdx === b.submapIdx &&
    sameSim3(a.worldFromCamera, b.worldFromCamera) &&
    a.intrinsics.fxPx === b.intrinsics.fxPx &&
    a.intrinsics.k1 === b.intrinsics.k1 &&
    a.intrinsics.k2 === b.intrinsics.k2
  );
}

const sameSim3 = (a: Sim3, b: Sim3): boolean =>
  a.scale === b.scale &&
  a.translation.every((value, k) => value === b.translation[k]) &&
  a.rotation.every((value, k) => value === b.rotation[k]);
