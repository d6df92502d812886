// The Reconstructor of recurrent packs: one photo meets a state of constant size, and the state persists.

import { StudioFailure } from '../../../projects/format/result.ts';
import { pinhole, resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { compose, identitySim3, inverse, type Sim3 } from '../../../projects/format/sim3.ts';
import type { InstalledPack } from '../packs.ts';
import type {
  BeginOptions,
  PhotoSource,
  PointMap,
  Reconstructor,
  SceneState,
  SettleOutput,
  StepOptions,
  StepOutput,
} from '../reconstructor.ts';
import type { SessionOptions } from '../session.ts';
import { alignSubmap } from './align.ts';
import { meanConfidence, pointMapOf, poseOf } from './answers.ts';
import { FeatureCache } from './feature-cache.ts';
import { focalByWeiszfeld } from './focal.ts';
import { RecurrentNetwork, type Carried, type StepAnswer } from './network.ts';
import { photoIntrinsics, planPicture, readPicture, type Picture } from './preprocess.ts';
import { rayMap } from './ray-map.ts';
import { ruleOf } from './rules.ts';
import { restoreState, saveState, type RunMemory } from './saved-state.ts';
import {
  closeLoop,
  descriptorOf,
  findLoop,
  placementOf,
  SubmapStore,
  type SubmapFrame,
  type Submaps,
} from './submaps.ts';
import { mixed, type UpdateRule } from './update-rule.ts';

/** Photos between two looks for a loop. */
const loopEvery = 5;

export class RecurrentReconstructor implements Reconstructor {
  readonly provider: string;
  private readonly network: RecurrentNetwork;
  private readonly pack: InstalledPack;
  private rule: UpdateRule = ruleOf('plain');
  private sizePx: number;
  private cache: FeatureCache | null = null;
  private store: SubmapStore | null = null;
  private first: Carried | null = null;
  private memory: RunMemory | null = null;

  private constructor(network: RecurrentNetwork, pack: InstalledPack) {
    this.network = network;
    this.pack = pack;
    this.provider = `${pack.manifest.name} · ${network.provider}`;
    this.sizePx = Number(pack.manifest.config.sizePx);
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<RecurrentReconstructor> {
    return new RecurrentReconstructor(await RecurrentNetwork.open(pack, options), pack);
  }

  async begin({ settings, cacheFolder, saved }: BeginOptions): Promise<number> {
    const { id, config } = this.pack.manifest;
    this.rule = ruleOf(settings.updateRule);
    this.sizePx = settings.sizePx ?? Number(config.sizePx);
    this.cache = new FeatureCache(cacheFolder, id);
    this.store = new SubmapStore(cacheFolder, id, this.rule.id);
    this.first = await this.network.begin();
    this.memory = saved
      ? restoreState(saved, id, this.rule.id, this.first)
      : {
          carried: this.first,
          ruleCarried: null,
          stepIdx: 0,
          sinceReset: 0,
          submaps: { worldFromSubmap: [identitySim3], world: [0], edges: [], frames: [] },
          descriptors: [],
        };
    return this.memory.stepIdx;
  }

  async step(photo: PhotoSource, { update, reset }: StepOptions): Promise<StepOutput> {
    const spentBefore = this.network.spentMs;
    const picture = await readPicture(photo, this.style, this.sizePx, this.patchPx);
    const features = await this.features(photo, picture);
    const memory = this.open();
    const submap = update ? lastSubmap(memory.submaps) : submapThatMet(memory.submaps, photo.id);
    const asked = await this.asItWas(memory, submap);
    if (!asked) return keepsItsPlace(photo);
    const { answer, next } = await this.meet(features, asked);
    const pointMap = pointMapOf(answer, photo.id, picture.colors);
    const frame: SubmapFrame = {
      photoId: photo.id,
      submap,
      submapFromCamera: poseOf(answer),
      intrinsics: photoIntrinsics(photo, picture, focalByWeiszfeld(answer.pointsSelf, answer.widthPx, answer.heightPx)),
      confidence: meanConfidence(pointMap.confidences),
    };
    const notices: string[] = [];
    let after = update ? withFrame(next, frame, descriptorOf(features)) : memory;
    const placed = [placementOf(after.submaps, frame)];
    if (update) {
      const moved = await this.lookBack(features, answer, after);
      if (moved) {
        after = { ...after, submaps: moved.submaps };
        placed.splice(0, 1, ...moved.moved);
        notices.push(`${photo.name} was recognised from an earlier part; the parts were moved to meet.`);
      }
    }
    const full = update && this.rule.resetEvery !== null && after.sinceReset >= this.rule.resetEvery;
    if (reset || full) after = await this.newSubmap(features, answer, after, notices);
    this.memory = after;
    return { placed, waiting: [], pointMaps: [pointMap], notices, modelMs: this.network.spentMs - spentBefore };
  }

  /** Nothing is left to do at the end: every answer is final. */
  async settle(): Promise<SettleOutput> {
    return { placed: [], waiting: [], pointMaps: [], notices: [], modelMs: 0, settled: true };
  }

  async peek(worldFromCamera: Sim3, intrinsics: Intrinsics): Promise<PointMap | null> {
    const { carried, submaps, stepIdx } = this.open();
    if (stepIdx === 0) return null;
    const plan = planPicture(intrinsics, this.style, this.sizePx, this.patchPx);
    if (!plan) throw new StudioFailure('bad-input', { reason: 'the view is too narrow for this method.' });
    const whole = resized(intrinsics, plan.resizedWidthPx, plan.resizedHeightPx);
    const camera: Intrinsics = {
      ...pinhole(plan.widthPx, plan.heightPx, whole.fxPx),
      fyPx: whole.fyPx,
      cxPx: whole.cxPx - plan.leftPx,
      cyPx: whole.cyPx - plan.topPx,
    };
    const submapFromCamera = compose(inverse(lastOf(submaps.worldFromSubmap)), worldFromCamera);
    const rays = rayMap({ ...submapFromCamera, scale: 1 }, camera);
    const features = await this.network.encodeRays(rays, plan.widthPx, plan.heightPx);
    const answer = await this.network.step(features, carried, false);
    const map = pointMapOf(answer, '', null);
    // The network answers in units of its submap; the asker's camera may count in others.
    const unit = 1 / submapFromCamera.scale;
    if (unit !== 1) for (let i = 0; i < map.positions.length; i++) map.positions[i] *= unit;
    return map;
  }

  async save(): Promise<SceneState> {
    return saveState(this.open(), this.pack.manifest.id, this.rule.id);
  }

  async dispose(): Promise<void> {
    await this.network.dispose();
  }

  /** One photo against the state: the answer, and what would be remembered. */
  private async meet(features: NamedTensor, memory: RunMemory): Promise<{ answer: StepAnswer; next: RunMemory }> {
    const fresh = memory.stepIdx === 0 || (memory.sinceReset === 0 && this.rule.freshAfterReset);
    const answer = await this.network.step(features, memory.carried, fresh);
    const [tokens, channels] = answer.state.shape;
    const input = {
      old: memory.carried.state.data as Float32Array,
      proposed: answer.state.data as Float32Array,
      tokens,
      channels,
      first: fresh,
      gate: answer.gate,
      affinity: answer.affinity,
      carried: memory.ruleCarried,
    };
    const { shares, carried: ruleCarried } = this.rule.apply(input);
    const state: NamedTensor = { ...answer.state, data: mixed(input, shares) };
    const next = {
      ...memory,
      carried: { state, memory: answer.memory },
      ruleCarried,
      stepIdx: memory.stepIdx + 1,
      sinceReset: memory.sinceReset + 1,
    };
    return { answer, next };
  }

  /** The memory with the last state of a submap; null when the file of an old one is gone. */
  private async asItWas(memory: RunMemory, submap: number): Promise<RunMemory | null> {
    if (submap === lastSubmap(memory.submaps)) return memory;
    const carried = await this.store?.carried(submap);
    return carried ? { ...memory, carried } : null;
  }

  /** Forgets all but the beginning, shows the same photo to the fresh state, and hangs the new submap on the old by that photo. */
  private async newSubmap(
    features: NamedTensor,
    before: StepAnswer,
    memory: RunMemory,
    notices: string[],
  ): Promise<RunMemory> {
    const { worldFromSubmap, world, edges } = memory.submaps;
    const last = worldFromSubmap.length - 1;
    await this.store?.write(last, memory.carried, memory.descriptors);
    const reset: RunMemory = { ...memory, carried: this.begun(), ruleCarried: null, sinceReset: 0 };
    const { answer, next } = await this.meet(features, reset);
    const lastFromNew = alignSubmap(before, answer);
    if (!lastFromNew) notices.push('A new part could not be joined to the last one; it stands apart.');
    const joined = lastFromNew ? [{ from: last, to: last + 1, fromFromTo: lastFromNew }] : [];
    return {
      ...next,
      // The photo was counted when it was met the first time.
      stepIdx: memory.stepIdx,
      descriptors: memory.descriptors.slice(-1),
      submaps: {
        ...memory.submaps,
        worldFromSubmap: [...worldFromSubmap, lastFromNew ? compose(worldFromSubmap[last], lastFromNew) : identitySim3],
        world: [...world, lastFromNew ? world[last] : world[last] + 1],
        edges: [...edges, ...joined],
      },
    };
  }

  /** Every few photos: does an old submap know this place? */
  private async lookBack(
    features: NamedTensor,
    answer: StepAnswer,
    memory: RunMemory,
  ): Promise<ReturnType<typeof closeLoop> | null> {
    if (!this.store || memory.submaps.worldFromSubmap.length < 3 || memory.sinceReset % loopEvery !== 0) return null;
    const ask = (carried: Carried): Promise<StepAnswer> => this.network.step(features, carried, false);
    const edge = await findLoop(this.store, memory.submaps, memory.descriptors, answer, ask);
    return edge && closeLoop(memory.submaps, edge);
  }

  private features(photo: PhotoSource, { widthPx, heightPx, planes }: Picture): Promise<NamedTensor> {
    if (!this.cache) throw new Error('The run has not begun.');
    const key = `${photo.sha256.slice(0, 32) || photo.id}-${widthPx}x${heightPx}`;
    return this.cache.get(key, () => this.network.encode(planes, widthPx, heightPx));
  }

  private get style(): 'long' | 'square' {
    return this.pack.manifest.config.head === 'dpt' ? 'long' : 'square';
  }

  private get patchPx(): number {
    return Number(this.pack.manifest.config.patchPx);
  }

  private open(): RunMemory {
    if (!this.memory) throw new Error('The run has not begun.');
    return this.memory;
  }

  private begun(): Carried {
    if (!this.first) throw new Error('The run has not begun.');
    return this.first;
  }
}

const lastSubmap = ({ worldFromSubmap }: Submaps): number => worldFromSubmap.length - 1;

/** Who is asked about a photo without changing the state: the submap that met it, or the present one when none did. */
const submapThatMet = (submaps: Submaps, photoId: string): number =>
  submaps.frames.find((frame) => frame.photoId === photoId)?.submap ?? lastSubmap(submaps);

const keepsItsPlace = ({ name }: PhotoSource): StepOutput => ({
  ...{ placed: [], waiting: [], pointMaps: [], modelMs: 0 },
  notices: [`${name} keeps its place: the state of its part of the run is no longer on disk.`],
});

/** The newest belief about a photo replaces the older one. */
function withFrame(memory: RunMemory, frame: SubmapFrame, descriptor: Float32Array): RunMemory {
  const frames = [...memory.submaps.frames.filter(({ photoId }) => photoId !== frame.photoId), frame];
  return { ...memory, submaps: { ...memory.submaps, frames }, descriptors: [...memory.descriptors, descriptor] };
}

const lastOf = <T>(items: readonly T[]): T => items[items.length - 1];
