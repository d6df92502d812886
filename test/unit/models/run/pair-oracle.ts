// A stand-in for a pair network that knows the truth of a small rendered scene: both point maps are right up to a scale drawn anew for each pair,
// or as wrong as a test asks for. And the measure of how far poses are from the truth.
import { similarityBetween } from '../../../../models/geometry/align.ts';
import type { PairPredictor, PairView } from '../../../../models/run/pairwise/pair-network.ts';
import type { PhotoSource, Placement } from '../../../../models/run/reconstructor.ts';
import { rayThroughPixel } from '../../../../projects/format/intrinsics.ts';
import {
  angleBetween,
  compose,
  identitySim3,
  inverse,
  normalizedQuaternion,
  transformPoint,
  type Sim3,
  type Vec3,
} from '../../../../projects/format/sim3.ts';
import { randomStream } from '../../../../projects/sample/noise.ts';
import { boxRoom } from '../../../../projects/sample/presets.ts';
import { renderScene, type SceneCamera } from '../../../../projects/sample/render-scene.ts';
import { patternPhoto } from './photos.ts';

/** How wrong the second map of each pair is: a turn about a random axis, and a shift relative to two metres; share of pixels that are anywhere; share of pairs that are turned by 40° instead. */
export interface Wrongness {
  turnDeg: number;
  shift: number;
  outliers: number;
  lost?: number;
}

const grey = (idx: number): number => 10 + 10 * idx;

/** Photos that say only which one they are; the oracle needs no more. */
export function oraclePhoto(idx: number, { intrinsics: { widthPx, heightPx } }: SceneCamera): PhotoSource {
  return {
    ...patternPhoto(idx, widthPx, heightPx),
    read: async (size) => ({
      widthPx: size.widthPx,
      heightPx: size.heightPx,
      data: new Uint8Array(size.widthPx * size.heightPx * 3).fill(grey(idx)),
    }),
  };
}

/** Rendering takes longer than most tests, and many of them share their cameras. */
const rendered = new WeakMap<readonly SceneCamera[], readonly (readonly Vec3[])[]>();

/** What each camera sees of the room, a point for every pixel, in its own axes. */
export function cloudsOf(cameras: readonly SceneCamera[]): readonly (readonly Vec3[])[] {
  const known = rendered.get(cameras);
  if (known) return known;
  const scene = boxRoom();
  const clouds = cameras.map((camera) => {
    const { depth, widthPx } = renderScene(scene, camera);
    return Array.from(depth, (z, i): Vec3 => {
      const [x, y] = rayThroughPixel(camera.intrinsics, (i % widthPx) + 0.5, Math.floor(i / widthPx) + 0.5);
      return [x * z, y * z, z];
    });
  });
  rendered.set(cameras, clouds);
  return clouds;
}

export class PairOracle implements PairPredictor {
  readonly provider = 'truth';
  readonly spentMs = 0;
  encoded = 0;
  private readonly cameras: readonly SceneCamera[];
  private readonly clouds: readonly (readonly Vec3[])[];
  private readonly wrong: Wrongness | null;

  constructor(cameras: readonly SceneCamera[], wrong: Wrongness | null = null) {
    this.cameras = cameras;
    this.wrong = wrong;
    this.clouds = cloudsOf(cameras);
  }

  encode: PairPredictor['encode'] = async (image) => {
    this.encoded++;
    const idx = Math.round(((image[0] + 1) * 127.5 - 10) / 10);
    return { dtype: 'F32', shape: [1, 1, 2], data: Float32Array.of(Math.cos(idx / 10), Math.sin(idx / 10)) };
  };

  predict: PairPredictor['predict'] = async (first, second) => {
    const [a, b] = [first, second].map(({ data }) => Math.round(10 * Math.atan2(Number(data[1]), Number(data[0]))));
    const random = randomStream(1 + 1000 * a + b);
    const scale = 0.3 + 2 * random();
    const aFromB = compose(inverse(this.cameras[a].worldFromCamera), this.cameras[b].worldFromCamera);
    const error = this.wrong ? errorOf(this.wrong, random) : identitySim3;
    const view = (idx: number, aFromOwn: Sim3): PairView => {
      const { widthPx, heightPx } = this.cameras[idx].intrinsics;
      const points = new Float32Array(3 * widthPx * heightPx);
      const confidences = new Float32Array(widthPx * heightPx);
      this.clouds[idx].forEach((point, i) => {
        const astray = this.wrong !== null && random() < this.wrong.outliers;
        const [x, y, z] = transformPoint(aFromOwn, point);
        const f = scale * (astray ? 0.3 + 3 * random() : 1);
        points.set([x * f, y * f, z * f], 3 * i);
        confidences[i] = 5 + random();
      });
      return { widthPx, heightPx, points, confidences };
    };
    return [view(a, identitySim3), view(b, compose(error, aFromB))];
  };

  /** True depth of a pixel. */
  depthOf(idx: number, pixel: number): number {
    return this.clouds[idx][pixel][2];
  }

  async dispose(): Promise<void> {}
}

export function errorOf({ turnDeg, shift, lost = 0 }: Wrongness, random: () => number): Sim3 {
  const axis = [random() - 0.5, random() - 0.5, random() - 0.5];
  const norm = Math.hypot(...axis);
  const half = ((lost > 0 && random() < lost ? 40 : turnDeg) * Math.PI) / 360;
  const [x, y, z] = axis.map((value) => (value / norm) * Math.sin(half));
  const move = (): number => 4 * shift * (random() - 0.5);
  return {
    rotation: normalizedQuaternion([x, y, z, Math.cos(half)]),
    translation: [move(), move(), move()],
    scale: 1,
  };
}

/** Largest errors of cameras after the best similarity onto the truth: degrees, and distances relative to the extent of the true path. */
export function poseErrors(
  placements: readonly Placement[],
  cameras: readonly SceneCamera[],
): { turnDeg: number; shift: number } {
  const placed = placements.toSorted((a, b) => a.photoId.localeCompare(b.photoId));
  const truth = cameras.map(({ worldFromCamera }) => worldFromCamera);
  const align = similarityBetween(
    placed.map(({ worldFromCamera }) => worldFromCamera.translation),
    truth.map(({ translation }) => translation),
  );
  if (!align || placed.length !== truth.length) return { turnDeg: Infinity, shift: Infinity };
  const [origin] = truth;
  const extent = Math.max(...truth.map(({ translation }) => distance(translation, origin.translation)));
  const aligned = placed.map(({ worldFromCamera }) => compose(align, worldFromCamera));
  const worst = (error: (pose: Sim3, idx: number) => number): number => Math.max(...aligned.map(error));
  return {
    turnDeg: worst(({ rotation }, i) => (angleBetween(rotation, truth[i].rotation) * 180) / Math.PI),
    shift: worst(({ translation }, i) => distance(translation, truth[i].translation) / extent),
  };
}

const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
