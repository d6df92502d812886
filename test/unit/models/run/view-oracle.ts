// A stand-in for a multi-view network that knows the truth of a small rendered scene: every window has a unit and axes of its own, and is as wrong as a
// test asks for. And how far poses are from the truth.
import { absoluteTranslationErrors, aligned, alignmentOf } from '../../../../models/evaluate/trajectory.ts';
import type { SeenView, ViewPredictor } from '../../../../models/run/multi-view/view-network.ts';
import type { PhotoSource, Placement } from '../../../../models/run/reconstructor.ts';
import {
  compose,
  identitySim3,
  inverse,
  transformPoint,
  type Sim3,
  type Vec3,
} from '../../../../projects/format/sim3.ts';
import { randomStream } from '../../../../projects/sample/noise.ts';
import type { SceneCamera } from '../../../../projects/sample/render-scene.ts';
import { cloudsOf, errorOf, type Wrongness } from './pair-oracle.ts';
import { patternPhoto } from './photos.ts';

const grey = (idx: number): number => 6 * idx + 4;

/** Photos that say only which one they are; the oracle needs no more. */
export function numberedPhoto(idx: number, { intrinsics: { widthPx, heightPx } }: SceneCamera): PhotoSource {
  return {
    ...patternPhoto(idx, widthPx, heightPx),
    read: async (size) => ({
      widthPx: size.widthPx,
      heightPx: size.heightPx,
      data: new Uint8Array(size.widthPx * size.heightPx * 3).fill(grey(idx)),
    }),
  };
}

export class ViewOracle implements ViewPredictor {
  readonly provider = 'truth';
  readonly spentMs = 0;
  encoded = 0;
  /** Photos of each window that was asked for, the reference first. */
  readonly windows: number[][] = [];
  private readonly cameras: readonly SceneCamera[];
  private readonly clouds: readonly (readonly Vec3[])[];
  private readonly wrong: Wrongness | null;

  constructor(cameras: readonly SceneCamera[], wrong: Wrongness | null = null) {
    this.cameras = cameras;
    this.wrong = wrong;
    this.clouds = cloudsOf(cameras);
  }

  /** Alike is what is seen from nearly the same place: the descriptor is the place itself, lifted so that nothing is far from anything. */
  encode: ViewPredictor['encode'] = async (image) => {
    this.encoded++;
    const middle = image[Math.floor(image.length / 6)];
    const idx = Math.round(((middle + 1) * 127.5 - 4) / 6);
    const [x, y, z] = this.cameras[idx].worldFromCamera.translation;
    return { dtype: 'F32', shape: [1, 1, 5], data: Float32Array.of(x, y, z, 4, idx / 1e4) };
  };

  predict: ViewPredictor['predict'] = async (features) => {
    const window = features.map(({ data }) => Math.round(Number(data[4]) * 1e4));
    this.windows.push(window);
    const random = randomStream(window.reduce((hash, idx) => 31 * hash + idx + 1, 7) % 1e6);
    const scale = 0.3 + 2 * random();
    const [first] = window;
    return window.map((idx) => this.view(idx, first, scale, random));
  };

  async dispose(): Promise<void> {}

  private view(idx: number, first: number, scale: number, random: () => number): SeenView {
    const { intrinsics, worldFromCamera } = this.cameras[idx];
    const { widthPx, heightPx } = intrinsics;
    const truth = compose(inverse(this.cameras[first].worldFromCamera), worldFromCamera);
    const wrong = compose(truth, this.wrong && idx !== first ? errorOf(this.wrong, random) : identitySim3);
    const [x, y, z] = wrong.translation;
    const windowFromCamera: Sim3 = { ...wrong, translation: [scale * x, scale * y, scale * z] };
    const points = new Float32Array(3 * widthPx * heightPx);
    const confidences = new Float32Array(widthPx * heightPx);
    this.clouds[idx].forEach((point, i) => {
      const f = scale * (this.wrong !== null && random() < this.wrong.outliers ? 0.3 + 3 * random() : 1);
      points.set([point[0] * f, point[1] * f, point[2] * f], 3 * i);
      confidences[i] = 5 + random();
    });
    const moved = points.slice();
    for (let p = 0; p < moved.length; p += 3)
      moved.set(transformPoint(windowFromCamera, [points[p], points[p + 1], points[p + 2]]), p);
    const second = { widthPx, heightPx, points: moved, confidences };
    return {
      widthPx,
      heightPx,
      points,
      confidences,
      windowFromCamera,
      focalPx: [intrinsics.fxPx, intrinsics.fyPx],
      second,
    };
  }
}

/** Absolute trajectory error in metres after the best similarity: root of the mean square, and the largest. */
export function trajectoryErrorOf(
  placements: ReadonlyMap<string, Placement>,
  cameras: readonly SceneCamera[],
): { rmse: number; max: number } {
  const pairs = cameras.flatMap(({ worldFromCamera }, idx) => {
    const placed = placements.get(`photo${idx}`);
    return placed ? [{ truth: worldFromCamera, estimate: placed.worldFromCamera }] : [];
  });
  if (pairs.length !== cameras.length) return { rmse: Infinity, max: Infinity };
  const { rmse, max } = absoluteTranslationErrors(aligned(pairs, alignmentOf(pairs, 'sim3')));
  return { rmse, max };
}
