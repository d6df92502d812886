// The Gaussian scale space of a picture as matrix products: a blur is a banded matrix, and ONNX Runtime multiplies matrices some five
// times faster than a scalar loop convolves.
//
// Along each axis the picture is cut into tiles; one tile of blurred samples is a (levels · tile) × (tile + 2 · radius) matrix times the
// samples around it, which is a convolution whose stride is the tile.

import { GraphBuilder, type Value } from '../../compile/graph.ts';
import { openSession, type Session } from '../../run/session.ts';
import { halved, type GrayImage } from './gray-image.ts';

export const levelsPerOctave = 3;
/** Blur of level 0 of every octave, in samples of the octave (Lowe 2004). */
export const baseSigma = 1.6;
const levelCount = levelsPerOctave + 3;

const tile = 64;
/** 3.2 σ of the widest blur. */
const radius = 16;
const reach = tile + 2 * radius;

export interface Octave {
  /** levelsPerOctave + 3 pictures, level k blurred by baseSigma · 2^(k/levelsPerOctave). */
  levels: GrayImage[];
  /** Pixels of the source per sample of the octave. */
  stepPx: number;
}

export interface ScaleSpace {
  /**
   * Octaves until one would be smaller than 16 samples.
   * @param blurPx σ the picture is taken to have already: 0.5 as cameras make it, 1 when it was doubled
   */
  build(image: GrayImage, blurPx: number, stepPx: number): Promise<Octave[]>;
  dispose(): Promise<void>;
}

export async function openScaleSpace(threads: number): Promise<ScaleSpace> {
  const sessions = new Map<number, Session>();
  const run = async (image: GrayImage, blurPx: number, firstLevel: number): Promise<GrayImage[]> => {
    let session = sessions.get(blurPx);
    if (!session) {
      session = await openSession(blurGraph(blurPx, firstLevel), { providers: [], threads });
      sessions.set(blurPx, session);
    }
    return blur(session, image);
  };
  return {
    async build(image, blurPx, stepPx) {
      const octaves: Octave[] = [];
      let levels = await run(image, blurPx, 0);
      for (let step = stepPx; ; step *= 2) {
        octaves.push({ levels, stepPx: step });
        const base = halved(levels[levelsPerOctave]);
        if (Math.min(base.widthPx, base.heightPx) < 16) return octaves;
        levels = [base, ...(await run(base, baseSigma, 1))];
      }
    },
    async dispose() {
      for (const session of sessions.values()) await session.dispose();
      sessions.clear();
    },
  };
}

async function blur(session: Session, image: GrayImage): Promise<GrayImage[]> {
  const { widthPx: w, heightPx: h, data } = image;
  const roundedUp = (n: number): number => Math.ceil(n / tile) * tile;
  const pads = [0, 0, radius, radius, 0, 0, roundedUp(h) - h + radius, roundedUp(w) - w + radius];
  const { levels } = await session.run({
    image: { dtype: 'F32', shape: [1, 1, h, w], data },
    pads: { dtype: 'I64', shape: [8], data: BigInt64Array.from(pads, BigInt) },
    size: { dtype: 'I64', shape: [2], data: BigInt64Array.of(BigInt(h), BigInt(w)) },
  });
  const all = levels.data as Float32Array;
  return Array.from({ length: levels.shape[0] }, (_, k) => ({
    widthPx: w,
    heightPx: h,
    data: all.subarray(k * w * h, (k + 1) * w * h),
  }));
}

/** Graph from a picture with blur `fromSigma` to the levels from `firstLevel` on. */
function blurGraph(fromSigma: number, firstLevel: number): Uint8Array {
  const count = levelCount - firstLevel;
  const weights = new Float32Array(count * tile * reach);
  for (let k = 0; k < count; k++) {
    const target = baseSigma * 2 ** ((firstLevel + k) / levelsPerOctave);
    const kernel = gaussian(Math.sqrt(Math.max(target ** 2 - fromSigma ** 2, 0.01)));
    for (let o = 0; o < tile; o++) weights.set(kernel, (k * tile + o) * reach + o);
  }
  const g = new GraphBuilder('scale-space');
  const image = g.input('image', 'float32', [1, 1, 'h', 'w']);
  const pads = g.input('pads', 'int64', [8]);
  const size = g.input('size', 'int64', [2]);
  const dim = (of: Value, axis: number): Value =>
    g.op('Gather', [g.op('Shape', [of], {}, { type: 'int64' }), g.ints(axis)], { axis: 0 });
  const shape = (...parts: Value[]): Value => g.op('Concat', parts, { axis: 0 });

  const padded = g.op('Pad', [image, pads], { mode: 'edge' });
  const rows = g.op('Conv', [padded, g.constant(weights, [count * tile, 1, 1, reach])], {
    strides: [1, tile],
    kernel_shape: [1, reach],
  });
  const height = dim(rows, 2);
  const splitRows = g.op('Reshape', [rows, shape(g.ints(count, tile), height, g.ints(-1))]);
  const wide = g.op('Transpose', [splitRows], { perm: [0, 2, 3, 1] });
  const joined = g.op('Reshape', [wide, shape(g.ints(1, count), height, g.ints(-1))]);

  const columns = g.op('Conv', [joined, g.constant(weights, [count * tile, 1, reach, 1])], {
    strides: [tile, 1],
    kernel_shape: [reach, 1],
    group: count,
  });
  const width = dim(columns, 3);
  const splitColumns = g.op('Reshape', [columns, shape(g.ints(count, tile, -1), width)]);
  const tall = g.op('Transpose', [splitColumns], { perm: [0, 2, 1, 3] });
  const whole = g.op('Reshape', [tall, shape(g.ints(count, -1), width)]);
  g.output('levels', g.op('Slice', [whole, g.ints(0, 0), size, g.ints(1, 2)]), [count, 'h', 'w']);
  return g.encode();
}

/** Normalised Gaussian of 2 · radius + 1 samples. */
function gaussian(sigma: number): Float32Array {
  const kernel = new Float32Array(2 * radius + 1).map((_, i) => Math.exp((-0.5 * (i - radius) ** 2) / sigma ** 2));
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}
