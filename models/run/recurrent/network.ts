// The four graphs of a recurrent pack as functions with names: encode, look along rays, begin, step.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { openGraph } from '../pack-sessions.ts';
import type { InstalledPack } from '../packs.ts';
import { floats, type Session, type SessionOptions } from '../session.ts';

/** What the network carries from photo to photo. */
export interface Carried {
  /** [tokens, channels] */
  state: NamedTensor;
  /** [slots, 2 · channels] */
  memory: NamedTensor;
}

/** Answers of one step; `state` and `memory` are proposals that a rule accepts in part. */
export interface StepAnswer extends Carried {
  widthPx: number;
  heightPx: number;
  /** height × width × 3, camera axes. */
  pointsSelf: Float32Array;
  /** height × width, 1 … ∞. */
  confSelf: Float32Array;
  /** height × width × 3, axes of the first camera. */
  pointsWorld: Float32Array;
  confWorld: Float32Array;
  /** height × width × 3, −1 … 1. */
  colors: Float32Array;
  /** tx ty tz qw qx qy qz, world from camera. */
  pose: Float32Array;
  /** TTT3R's β per state token. */
  gate: Float32Array;
  /** MeMix's score per state token. */
  affinity: Float32Array;
  /** [rows, cols, dim] unit vectors per cell in the space of the pack's words; only packs of our own have it. */
  language?: NamedTensor;
  /** [rows, cols, 14] raw Gaussians per cell (models/train/model/gaussians.py); only packs of our own have it. */
  gaussians?: NamedTensor;
}

export class RecurrentNetwork {
  /** What runs where and why. */
  readonly provider: string;
  /** Milliseconds spent inside the graphs so far. */
  spentMs = 0;
  private readonly sessions: Readonly<Record<'encoder' | 'rays' | 'init' | 'step', Session>>;

  private constructor(sessions: RecurrentNetwork['sessions']) {
    this.sessions = sessions;
    this.provider = sessions.step.providerLine;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<RecurrentNetwork> {
    const open = (name: string): Promise<Session> => openGraph(pack, name, options);
    return new RecurrentNetwork({
      encoder: await open('encoder'),
      rays: await open('rays'),
      init: await open('init'),
      step: await open('step'),
    });
  }

  async begin(): Promise<Carried> {
    const { state, memory } = await this.timed('init', {});
    return { state, memory };
  }

  /** @param image 3 × height × width in −1…1 → features [rows, cols, channels] */
  async encode(image: Float32Array, widthPx: number, heightPx: number): Promise<NamedTensor> {
    return (await this.timed('encoder', { image: floats(image, 1, 3, heightPx, widthPx) })).features;
  }

  /** @param rays height × width × 6: origin and direction → features [rows, cols, channels] */
  async encodeRays(rays: Float32Array, widthPx: number, heightPx: number): Promise<NamedTensor> {
    return (await this.timed('rays', { rays: floats(rays, heightPx, widthPx, 6) })).features;
  }

  /** @param first true: the pose token is the learned one, false: it is read from memory */
  async step(features: NamedTensor, { state, memory }: Carried, first: boolean): Promise<StepAnswer> {
    const out = await this.timed('step', { features, state, memory, first: floats(Float32Array.of(first ? 1 : 0), 1) });
    const data = (name: string): Float32Array => out[name].data as Float32Array;
    const [heightPx, widthPx] = out.conf_self.shape;
    return {
      state: out.new_state,
      memory: out.new_memory,
      widthPx,
      heightPx,
      pointsSelf: data('points_self'),
      confSelf: data('conf_self'),
      pointsWorld: data('points_world'),
      confWorld: data('conf_world'),
      colors: data('colors'),
      pose: data('pose'),
      gate: data('gate'),
      affinity: data('affinity'),
      ...(out.language ? { language: out.language } : {}),
      ...(out.gaussians ? { gaussians: out.gaussians } : {}),
    };
  }

  async dispose(): Promise<void> {
    for (const session of Object.values(this.sessions)) await session.dispose();
  }

  private async timed(
    name: keyof RecurrentNetwork['sessions'],
    feeds: Record<string, NamedTensor>,
  ): Promise<Record<string, NamedTensor>> {
    const startMs = performance.now();
    const out = await this.sessions[name].run(feeds);
    this.spentMs += performance.now() - startMs;
    return out;
  }
}
