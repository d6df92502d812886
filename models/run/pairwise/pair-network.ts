// Two photos meet: the graphs of a pairwise pack (DUSt3R, MASt3R) as two functions.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { openGraph } from '../pack-sessions.ts';
import type { InstalledPack } from '../packs.ts';
import { floats, type Session, type SessionOptions } from '../session.ts';

/** What a network says of one photo of a pair. */
export interface PairView {
  widthPx: number;
  heightPx: number;
  /** height × width × 3, in the camera axes of the first photo; the unit of length is the pair's own. */
  points: Float32Array;
  /** height × width, 1 … ∞. */
  confidences: Float32Array;
  /** height × width × 14, in the order of models/compile/gaussian-head.ts; only Splatt3R's first view has it. */
  gaussians?: Float32Array;
}

/** Whatever can look at two photos at once. */
export interface PairPredictor {
  /** What runs where and why. */
  readonly provider: string;
  /** Milliseconds spent inside so far. */
  readonly spentMs: number;
  /** @param image 3 × height × width in −1…1 → features [rows, cols, channels], which do not depend on the partner */
  encode(image: Float32Array, widthPx: number, heightPx: number): Promise<NamedTensor>;
  /** Features of two photos → both point maps in the axes of the first. */
  predict(first: NamedTensor, second: NamedTensor): Promise<readonly [PairView, PairView]>;
  dispose(): Promise<void>;
}

export class PairNetwork implements PairPredictor {
  readonly provider: string;
  spentMs = 0;
  private readonly encoder: Session;
  private readonly pair: Session;

  private constructor(encoder: Session, pair: Session) {
    this.encoder = encoder;
    this.pair = pair;
    this.provider = pair.providerLine;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<PairNetwork> {
    return new PairNetwork(await openGraph(pack, 'encoder', options), await openGraph(pack, 'pair', options));
  }

  async encode(image: Float32Array, widthPx: number, heightPx: number): Promise<NamedTensor> {
    return this.features(floats(image, 1, 3, heightPx, widthPx));
  }

  async predict(first: NamedTensor, second: NamedTensor): Promise<readonly [PairView, PairView]> {
    const answer = await this.answer(first, second);
    const view = (number: 1 | 2): PairView => {
      const confidence = answer[`conf_${number}`];
      const [heightPx, widthPx] = confidence.shape;
      const points = answer[`points_${number}`].data as Float32Array;
      const gaussians = answer[`gaussians_${number}`];
      const predicted = gaussians ? { gaussians: gaussians.data as Float32Array } : {};
      return { widthPx, heightPx, points, confidences: confidence.data as Float32Array, ...predicted };
    };
    return [view(1), view(2)];
  }

  /** Every output of the pair graph. @param first, second pictures [1, 3, height, width] in −1…1 */
  async meet(first: NamedTensor, second: NamedTensor): Promise<Record<string, NamedTensor>> {
    return this.answer(await this.features(first), await this.features(second));
  }

  async dispose(): Promise<void> {
    await this.encoder.dispose();
    await this.pair.dispose();
  }

  private async features(image: NamedTensor): Promise<NamedTensor> {
    return (await this.timed(() => this.encoder.run({ image }))).features;
  }

  private answer(first: NamedTensor, second: NamedTensor): Promise<Record<string, NamedTensor>> {
    return this.timed(() => this.pair.run({ features_1: first, features_2: second }));
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    const out = await work();
    this.spentMs += performance.now() - startMs;
    return out;
  }
}
