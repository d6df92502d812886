// What a thread does for the optimiser: one view drawn and compared, its gradients; a range of splats stepped. Buffers are made once.

import { adamStep, type SplatOptimiser } from './adam.ts';
import { backProject } from './back-project.ts';
import { Blend } from './blend.ts';
import { Ellipses, gradientStride, projectSplats } from './ellipses.ts';
import { PictureLoss } from './picture-loss.ts';
import { stride } from './splat-values.ts';
import type { SplatRange, View } from './view.ts';

/** Behind everything: the dark ground of the viewer. */
export const background = [15 / 255, 17 / 255, 20 / 255] as const;

/** Memory that all threads of one optimisation share. */
export interface SharedSplats extends SplatOptimiser {
  splats: number;
  /** One for each view that is looked at in one step; as `values`. */
  gradients: Float32Array[];
}

export type KernelJob =
  /** Draws the splats as they were first and marks what they cover: only there is anything compared from then on. */
  | { kind: 'first'; view: View; without: SplatRange | null }
  /** Draws the splats as they are now, or as they were first. */
  | { kind: 'score'; view: View; without: SplatRange | null; first: boolean }
  /** Adds the gradients of one view to `gradients[slot]`. */
  | { kind: 'gradient'; view: View; slot: number; logGain: readonly number[] }
  | { kind: 'step'; from: number; to: number; pace: number };

export interface KernelReply {
  loss: number;
  /** Mean squared error of the counted pixels, 0…1; 0 where none counts. */
  squaredError: number;
  /** Mean SSIM of the luma over the counted windows. */
  ssim: number;
  /** Of the logarithm of the photo's exposure, red green blue. */
  gainGradient: number[];
  /** Pairs of a splat and a pixel. */
  pairs: number;
}

const nothing: KernelReply = { loss: 0, squaredError: 0, ssim: 1, gainGradient: [0, 0, 0], pairs: 0 };

/** Room for pictures of one size. */
interface Canvas {
  blend: Blend;
  loss: PictureLoss;
  /** height × width × 3, 0…1, and its gradient. */
  picture: Float32Array;
  gradient: Float32Array;
}

export class ViewKernel {
  readonly #shared: SharedSplats;
  readonly #ellipses: Ellipses;
  readonly #ellipseGradients: Float32Array;
  #canvas: Canvas | null = null;

  constructor(shared: SharedSplats) {
    this.#shared = shared;
    this.#ellipses = new Ellipses(shared.splats);
    this.#ellipseGradients = new Float32Array(gradientStride * shared.splats);
  }

  run(job: KernelJob): KernelReply {
    if (job.kind === 'step') {
      adamStep(this.#shared, this.#shared.gradients, job.from, job.to, job.pace);
      return nothing;
    }
    return job.kind === 'gradient' ? this.#gradient(job) : this.#score(job);
  }

  #score(job: KernelJob & { kind: 'first' | 'score' }): KernelReply {
    const { view } = job;
    const { first, values } = this.#shared;
    const isFirst = job.kind === 'first' || job.first;
    const { blend, loss, picture, gradient } = this.#draw(view, isFirst ? first : values, job.without);
    if (job.kind === 'first')
      for (let i = 0; i < view.counted.length; i++) if (blend.pixels[4 * i] >= 0.5) view.counted[i] = 0;
    overBackground(blend.pixels, [1, 1, 1], picture);
    const { loss: value, ssim, squaredError } = loss.measure(picture, view, gradient);
    return { ...nothing, loss: value, ssim, squaredError, pairs: blend.pairs };
  }

  #gradient({ view, slot, logGain }: KernelJob & { kind: 'gradient' }): KernelReply {
    const { values, gradients } = this.#shared;
    const { blend, loss, picture, gradient } = this.#draw(view, values, null);
    const gain = logGain.map(Math.exp);
    overBackground(blend.pixels, gain, picture);
    const measured = loss.measure(picture, view, gradient);
    const gainGradient = [0, 0, 0];
    for (let i = 0; i < gradient.length; i += 3)
      for (let k = 0; k < 3; k++) {
        gainGradient[k] += gradient[i + k] * picture[i + k];
        gradient[i + k] *= gain[k];
      }
    blend.backward(this.#ellipses, gradient, background, this.#ellipseGradients);
    backProject(values, view.pose, view.camera, this.#ellipses, this.#ellipseGradients, gradients[slot]);
    return { ...measured, gainGradient, pairs: blend.pairs };
  }

  #draw({ camera, pose }: View, values: Float32Array, without: SplatRange | null): Canvas {
    const { widthPx, heightPx } = camera;
    if (this.#canvas?.blend.widthPx !== widthPx || this.#canvas.blend.heightPx !== heightPx)
      this.#canvas = {
        blend: new Blend(widthPx, heightPx),
        loss: new PictureLoss(widthPx, heightPx),
        picture: new Float32Array(3 * widthPx * heightPx),
        gradient: new Float32Array(3 * widthPx * heightPx),
      };
    projectSplats(values, this.#shared.splats, pose, camera, this.#ellipses, without);
    this.#canvas.blend.draw(this.#ellipses);
    return this.#canvas;
  }
}

/** The picture over the background as a photo with this exposure would show it. */
function overBackground(pixels: Float32Array, gain: readonly number[], picture: Float32Array): void {
  const [g0, g1, g2] = gain;
  const [b0, b1, b2] = background;
  for (let p = 0, i = 0; i < picture.length; p += 4, i += 3) {
    const light = pixels[p];
    picture[i] = g0 * (pixels[p + 1] + light * b0);
    picture[i + 1] = g1 * (pixels[p + 2] + light * b1);
    picture[i + 2] = g2 * (pixels[p + 3] + light * b2);
  }
}

/** Memory for an optimisation of splats; all of it can be shared with threads. @param slots views looked at in one step */
export function sharedSplats(values: Float32Array, slots: number): SharedSplats {
  const floats = (): Float32Array => new Float32Array(new SharedArrayBuffer(values.byteLength));
  const splats = values.length / stride;
  const first = floats();
  first.set(values);
  const copy = floats();
  copy.set(values);
  return {
    splats,
    values: copy,
    first,
    moments: floats(),
    squares: floats(),
    steps: new Uint16Array(new SharedArrayBuffer(2 * splats)),
    gradients: Array.from({ length: slots }, floats),
  };
}
