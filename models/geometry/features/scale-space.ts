// The Gaussian scale space of a picture as matrix products: a blur is a banded matrix, and ONNX Runtime multiplies matrices some five
// times faster than a scalar loop convolves.
//
// Along each axis the picture is cut into tiles of 64 samples; a tile of blurred samples is the 96 samples in and around it times a
// 96 × 64 matrix. Plain matrix products on windows that lie in memory one after the other, and level by level: a convolution with the
// tile as its stride is the same sum, but spends as long again on other layouts of its pictures, and holds all levels in between at once.

import { GraphBuilder } from '../../compile/graph.ts';
import { floats, openSession, type Session } from '../../run/session.ts';
import { eachRow } from '../each-row.ts';
import { KeptMemory } from '../kept-memory.ts';
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
   * Octaves until one would be smaller than 16 samples. They lie in memory that the next call writes into.
   * @param blurPx σ the picture is taken to have already: 0.5 as cameras make it, 1 when it was doubled
   */
  build(image: GrayImage, blurPx: number, stepPx: number): Promise<Octave[]>;
  dispose(): Promise<void>;
}

export async function openScaleSpace(threads: number): Promise<ScaleSpace> {
  const sessions = new Map<number, Session>();
  const memory = new KeptMemory();
  const run = async (image: GrayImage, blurPx: number, firstLevel: number): Promise<GrayImage[]> => {
    let session = sessions.get(blurPx);
    if (!session) {
      session = await openSession(blurGraph(blurPx, firstLevel), { providers: [], threads });
      sessions.set(blurPx, session);
    }
    return blur(session, image, memory);
  };
  return {
    async build(image, blurPx, stepPx) {
      memory.begin();
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

async function blur(session: Session, image: GrayImage, memory: KeptMemory): Promise<GrayImage[]> {
  const { widthPx, heightPx } = image;
  const tilesAcross = Math.ceil(widthPx / tile);
  const tilesDown = Math.ceil(heightPx / tile);
  const rows = tilesDown * tile + 2 * radius;
  const windows = memory.floats(rows * tilesAcross * reach);
  fillWindows(image, windows);
  const rowIdx = BigInt64Array.from({ length: tilesDown * reach }, (_, i) =>
    BigInt(Math.floor(i / reach) * tile + (i % reach)),
  );
  const levels = session.outputs.map(() => ({ widthPx, heightPx, data: memory.floats(widthPx * heightPx) }));
  await session.run(
    {
      windows: floats(windows, rows, tilesAcross, reach),
      rowIdx: { dtype: 'I64', shape: [tilesDown, reach], data: rowIdx },
      size: { dtype: 'I64', shape: [2], data: BigInt64Array.of(BigInt(heightPx), BigInt(widthPx)) },
    },
    Object.fromEntries(session.outputs.map(({ name }, k) => [name, floats(levels[k].data, heightPx, widthPx)])),
  );
  return levels;
}

/** The picture with its border repeated, every row as overlapping windows: rows × tiles × reach. */
function fillWindows({ widthPx: w, heightPx: h, data }: GrayImage, windows: Float32Array): void {
  const tiles = Math.ceil(w / tile);
  const padded = new Float32Array(tiles * tile + 2 * radius);
  eachRow(windows.length / (tiles * reach), (y) => {
    const from = Math.min(h - 1, Math.max(0, y - radius)) * w;
    padded.fill(data[from], 0, radius);
    padded.set(data.subarray(from, from + w), radius);
    padded.fill(data[from + w - 1], radius + w);
    for (let t = 0; t < tiles; t++) windows.set(padded.subarray(t * tile, t * tile + reach), (y * tiles + t) * reach);
  });
}

/** Graph from a picture with blur `fromSigma` to the levels from `firstLevel` on. */
function blurGraph(fromSigma: number, firstLevel: number): Uint8Array {
  const g = new GraphBuilder('scale-space');
  const windows = g.input('windows', 'float32', ['rows', 'tiles', reach]);
  const rowIdx = g.input('rowIdx', 'int64', ['tilesDown', reach]);
  const size = g.input('size', 'int64', [2]);
  for (let k = firstLevel; k < levelCount; k++) {
    const target = baseSigma * 2 ** (k / levelsPerOctave);
    const kernel = gaussian(Math.sqrt(Math.max(target ** 2 - fromSigma ** 2, 0.01)));
    const along = new Float32Array(reach * tile);
    const down = new Float32Array(tile * reach);
    for (let o = 0; o < tile; o++) {
      for (let i = 0; i < kernel.length; i++) along[(o + i) * tile + o] = kernel[i];
      down.set(kernel, o * reach + o);
    }
    const rows = g.op('Flatten', [g.op('MatMul', [windows, g.constant(along, [reach, tile])])], { axis: 1 });
    const columns = g.op('Gather', [rows, rowIdx], { axis: 0 });
    const whole = g.op('Flatten', [g.op('MatMul', [g.constant(down, [tile, reach]), columns])], { axis: 2 });
    g.output(`level${k}`, g.op('Slice', [whole, g.ints(0, 0), size, g.ints(0, 1)]), ['h', 'w']);
  }
  return g.encode();
}

/** Normalised Gaussian of 2 · radius + 1 samples. */
function gaussian(sigma: number): Float32Array {
  const kernel = new Float32Array(2 * radius + 1).map((_, i) => Math.exp((-0.5 * (i - radius) ** 2) / sigma ** 2));
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}
