// Depth that another method predicts for the gaps of the sweep: it meets every photo that the geometry meets, and is asked once all are met.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import type {
  BeginOptions,
  PhotoSource,
  Reconstructor,
  SceneState,
  StepOptions,
  StepOutput,
} from '../../run/reconstructor.ts';
import type { DepthPrior } from '../dense/dense.ts';
import { FrameDepth } from '../frame-depth.ts';

/** Names of the other method's tensors in the state of the run begin with it. */
const prefix = 'predicted.';

export class PredictedDepth {
  readonly #method: Reconstructor;
  /** One look after the other: the method has one state. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(method: Reconstructor) {
    this.#method = method;
  }

  /** @param saved the state of the run, which holds the method's own */
  async begin({ saved, settings, ...options }: BeginOptions): Promise<void> {
    // The size is that at which the geometry looks at photos: a network has its own.
    await this.#method.begin({ ...options, settings: { ...settings, sizePx: null }, saved: saved && partOf(saved) });
  }

  /** Shows the next photo to the method. A photo that it cannot look at has no predicted depth; the sentence says why. */
  async meet(photo: PhotoSource, options: StepOptions): Promise<{ notices: string[]; modelMs: number }> {
    try {
      const { modelMs } = await this.#step(photo, options);
      return { notices: [], modelMs };
    } catch (error) {
      if (!(error instanceof StudioFailure)) throw error;
      return { notices: [`Depth of ${photo.name} is not predicted: ${error.message}`], modelMs: 0 };
    }
  }

  /**
   * What the method says of a photo after all that it has met.
   * @param intrinsics of the photo with its distortion at its full size, as the geometry has found them
   * @returns depth at the method's own scale; null where it says nothing
   */
  async hintOf(photo: PhotoSource, intrinsics: Intrinsics): Promise<DepthPrior | null> {
    const output = await this.#step(photo, { update: false, reset: false }).catch((error: unknown) => {
      if (error instanceof StudioFailure) return null;
      throw error;
    });
    const map = output?.pointMaps.find(({ photoId }) => photoId === photo.id);
    const own = output?.placed.find(({ photoId }) => photoId === photo.id);
    if (!map || !own) return null;
    const depth = FrameDepth.ofMap(map, own.intrinsics);
    return (camera) => depth.onGrid(camera, intrinsics);
  }

  /** What the state of the run holds of it. */
  async save(): Promise<Pick<SceneState, 'tensors' | 'facts'>> {
    await this.#turn;
    const { tensors, ...rest } = await this.#method.save();
    const named = Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor] as const);
    return { tensors: Object.fromEntries(named), facts: { predicted: rest } };
  }

  async dispose(): Promise<void> {
    await this.#turn;
    await this.#method.dispose();
  }

  #step(photo: PhotoSource, options: StepOptions): Promise<StepOutput> {
    const output = this.#turn.then(() => this.#method.step(photo, options));
    this.#turn = output.catch(() => undefined);
    return output;
  }
}

/** The method's own state; null when the run was saved without one. */
function partOf({ tensors, facts }: SceneState): SceneState | null {
  const rest = facts['predicted'] as Omit<SceneState, 'tensors'> | undefined;
  if (!rest) return null;
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return { ...rest, tensors: Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])) };
}
