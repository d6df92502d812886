// Splats polished until they look like the photos: photometric optimisation of Gaussians and of the photos' exposures.
//
// 3D Gaussian splatting (Kerbl et al. 2023) from a dense beginning as InstantSplat has it (Fan et al. 2024): geometry has put a splat on nearly every
// piece of surface, so nothing is cloned or split, and a few hundred looks are enough. Some photos are kept out: the state that shows them best is
// the result, and when it does not show them better than the beginning, there is none.

import type { PolishFigures } from '../../../projects/format/polish.ts';
import { seededRandom } from '../linear-algebra/random.ts';
import { Exposures } from './exposures.ts';
import { openKernels, type Kernels } from './kernel-pool.ts';
import { sharedSplats, type KernelJob, type SharedSplats } from './view-kernel.ts';
import type { SplatRange, View } from './view.ts';

export interface PolishOptions {
  /** Threads, each for one photo at a time; 0 works on the calling thread. */
  workers: number;
  /** Looks at photos in all; default 240. */
  looks?: number;
}

export interface PolishOutcome {
  /** As given, changed; null when the photos that were kept out would look worse. */
  values: Float32Array | null;
  used: PolishFigures;
  /** Photos that were kept out, drawn without the splats made from them. */
  held: PolishFigures;
  rounds: number;
}

/** Fewer photos cannot spare one. */
export const fewestPhotos = 3;
/** Looks at photos in all, where they are few; many photos are all looked at `fewestRounds` times. */
const usualLooks = 240;
const [fewestRounds, mostRounds] = [8, 30];
/** Looks until the caller is asked again. */
const atATime = 8;
/** Photos looked at in one step: with more, there would be too few steps. */
const mostAtOnce = 4;
/** So many rounds without a better picture of the photos kept out: it will not come. */
const patience = 4;
/** Share of the rounds after which steps become smaller, down to `lastPace`. */
const slowFrom = 0.6;
const lastPace = 0.1;

export class SplatPolish {
  readonly #shared: SharedSplats;
  readonly #kernels: Kernels;
  readonly #views: readonly View[];
  readonly #used: number[];
  readonly #held: number[];
  readonly #exposures: Exposures;
  readonly #rounds: number;
  #before: Score[] = [];
  #best: { values: Float32Array; psnr: number; round: number } | null = null;
  #round = 0;
  #queue: number[] = [];
  #done = 0;

  private constructor(shared: SharedSplats, kernels: Kernels, views: readonly View[], looks: number) {
    this.#shared = shared;
    this.#kernels = kernels;
    this.#views = views;
    this.#held = heldOut(views.length);
    this.#used = [...views.keys()].filter((i) => !this.#held.includes(i));
    this.#exposures = new Exposures(views.length);
    this.#rounds = Math.min(mostRounds, Math.max(fewestRounds, Math.ceil(looks / this.#used.length)));
  }

  /**
   * @param values splats in world axes, as `valuesOf` writes them
   * @param views at least `fewestPhotos`, in the order they were taken
   */
  static async begin(values: Float32Array, views: readonly View[], options: PolishOptions): Promise<SplatPolish> {
    if (views.length < fewestPhotos) throw new RangeError(`Polishing needs at least ${fewestPhotos} photos.`);
    const workers = Math.min(mostAtOnce, options.workers);
    const shared = sharedSplats(values, Math.max(1, workers));
    const kernels = await openKernels(shared, workers);
    const polish = new SplatPolish(shared, kernels, views, options.looks ?? usualLooks);
    try {
      await kernels.run(views.map((view, i): KernelJob => ({ kind: 'first', view, without: polish.#without(i) })));
      polish.#before = await polish.#scores(true);
      return polish;
    } catch (error) {
      await polish.dispose();
      throw error;
    }
  }

  /** Looks at photos done, and in all if patience lasts. */
  get progress(): { done: number; total: number } {
    return { done: this.#done, total: this.#rounds * this.#used.length };
  }

  /** The next few looks: a second or a few of work. @returns true when there is nothing left to gain */
  async advance(): Promise<boolean> {
    if (this.#queue.length === 0) this.#queue = shuffled(this.#used, this.#round);
    const slots = this.#shared.gradients.length;
    for (let looked = 0; looked < atATime && this.#queue.length > 0; looked += slots)
      await this.#step(this.#queue.splice(0, slots));
    if (this.#queue.length > 0) return false;
    this.#round++;
    const psnr = mean((await this.#scores(false, this.#held)).map((score) => score.psnr));
    if (psnr > (this.#best?.psnr ?? mean(this.#held.map((i) => this.#before[i].psnr))))
      this.#best = { values: this.#shared.values.slice(), psnr, round: this.#round };
    return this.#round >= this.#rounds || this.#round - (this.#best?.round ?? 0) >= patience;
  }

  /** The best state so far; ends the work. */
  async outcome(): Promise<PolishOutcome> {
    const best = this.#best?.values ?? null;
    this.#shared.values.set(best ?? this.#shared.first);
    const after = await this.#scores(false);
    const figures = (members: readonly number[]): PolishFigures => ({
      photos: members.length,
      psnrBefore: mean(members.map((i) => this.#before[i].psnr)),
      psnrAfter: mean(members.map((i) => after[i].psnr)),
      ssimBefore: mean(members.map((i) => this.#before[i].ssim)),
      ssimAfter: mean(members.map((i) => after[i].ssim)),
    });
    return { values: best, used: figures(this.#used), held: figures(this.#held), rounds: this.#best?.round ?? 0 };
  }

  dispose(): Promise<void> {
    return this.#kernels.dispose();
  }

  async #step(members: readonly number[]): Promise<void> {
    const pace = this.#pace();
    const replies = await this.#kernels.run(
      members.map((i, slot): KernelJob => {
        const view = this.#views[i];
        return { kind: 'gradient', view, slot, logGain: this.#exposures.of(i) };
      }),
    );
    replies.forEach(({ gainGradient }, slot) => this.#exposures.step(members[slot], gainGradient, pace));
    this.#exposures.centre(this.#used);
    this.#done += members.length;
    const { splats } = this.#shared;
    const { width } = this.#kernels;
    const part = (k: number): number => Math.floor((splats * k) / width);
    await this.#kernels.run(
      Array.from({ length: width }, (_, k): KernelJob => ({ kind: 'step', from: part(k), to: part(k + 1), pace })),
    );
  }

  /** More photos in a step make its direction surer: longer steps. */
  #pace(): number {
    const wide = Math.sqrt(this.#shared.gradients.length);
    const share = this.#done / this.progress.total;
    return wide * (share < slowFrom ? 1 : 1 - ((1 - lastPace) * (share - slowFrom)) / (1 - slowFrom));
  }

  /** A photo that is kept out must not be drawn from its own splats. */
  #without(i: number): SplatRange | null {
    return this.#held.includes(i) ? this.#views[i].own : null;
  }

  async #scores(first: boolean, members: readonly number[] = [...this.#views.keys()]): Promise<Score[]> {
    const replies = await this.#kernels.run(
      members.map((i): KernelJob => ({ kind: 'score', view: this.#views[i], without: this.#without(i), first })),
    );
    return replies.map(({ squaredError, ssim }) => ({ psnr: -10 * Math.log10(Math.max(squaredError, 1e-10)), ssim }));
  }
}

interface Score {
  psnr: number;
  ssim: number;
}

/** An eighth of the photos, spread evenly: at least one, at most eight. */
export function heldOut(photos: number): number[] {
  const count = Math.min(8, Math.max(1, Math.round(photos / 8)));
  return Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * photos) / count));
}

function shuffled(members: readonly number[], seed: number): number[] {
  const random = seededRandom(seed);
  return members
    .map((member) => ({ member, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ member }) => member);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
