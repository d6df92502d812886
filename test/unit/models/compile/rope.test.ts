// 2D RoPE inside a graph: the official formula, and its properties at −1, where table look-ups go wrong.
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../../models/compile/graph.ts';
import { rotaryRows, rotate } from '../../../../models/compile/layers.ts';
import { fixedPositions, ropeTable } from '../../../../models/compile/positions.ts';
import { floats, openSession } from '../../../../models/run/session.ts';

const headDim = 16;
const heads = 2;
const channels = headDim * heads;

/** Rotates tokens whose channels are in our order. */
async function rotated(tokens: Float32Array, positions: readonly (readonly [number, number])[]): Promise<Float32Array> {
  const g = new GraphBuilder('rope');
  const x = g.input('x', 'float32', ['n', channels]);
  g.output('y', rotate(g, x, ropeTable(g, fixedPositions(g, positions), headDim), heads), ['n', channels]);
  const session = await openSession(g.encode(), { providers: [], threads: 1 });
  const { y } = await session.run({ x: floats(tokens, positions.length, channels) });
  await session.dispose();
  return y.data as Float32Array;
}

const order = rotaryRows(channels, heads);
const toOurs = (official: Float32Array): Float32Array => Float32Array.from(order, (from) => official[from]);
const token = Float32Array.from({ length: channels }, (_, i) => Math.sin(i * 1.7));

/** The official rule on one token in its own channel order, in float64. */
function official(x: Float32Array, [row, col]: readonly [number, number]): number[] {
  const out = [...x];
  for (let head = 0; head < heads; head++)
    for (const [half, position] of [
      [0, row],
      [headDim / 2, col],
    ])
      for (let j = 0; j < headDim / 4; j++) {
        const u = head * headDim + half + j;
        const v = u + headDim / 4;
        const angle = position * 100 ** ((-2 * j) / (headDim / 2));
        out[u] = x[u] * Math.cos(angle) - x[v] * Math.sin(angle);
        out[v] = x[v] * Math.cos(angle) + x[u] * Math.sin(angle);
      }
  return out;
}

describe('rotary positions', () => {
  test.for([
    [0, 0],
    [3, 5],
    [-1, -1],
    [27, 0],
  ] as const)('turn a token at (%d, %d) as the official rule does', async (position) => {
    const ours = await rotated(toOurs(token), [position]);
    const expected = official(token, position);
    // float32 sines of angles up to 27: rounding of the angle is below 2e-6.
    order.forEach((from, i) => expect(Math.abs(ours[i] - expected[from])).toBeLessThan(4e-6));
  });

  test('at (−1, −1) undo the turn at (1, 1)', async () => {
    const there = await rotated(token, [[1, 1]]);
    const back = await rotated(there, [[-1, -1]]);
    token.forEach((value, i) => expect(Math.abs(back[i] - value)).toBeLessThan(1e-6));
  });

  test('give products that depend only on the difference of positions', async () => {
    const other = token.map((value) => Math.cos(value * 3));
    const product = async (a: readonly [number, number], b: readonly [number, number]): Promise<number> => {
      const [x, y] = [await rotated(token, [a]), await rotated(other, [b])];
      return x.reduce((sum, value, i) => sum + value * y[i], 0);
    };
    expect(await product([-1, -1], [2, 4])).toBeCloseTo(await product([0, 0], [3, 5]), 4);
  });

  test('refuse a head that cannot be split into quarters', () => {
    const g = new GraphBuilder('odd');
    expect(() => ropeTable(g, fixedPositions(g, [[0, 0]]), 6)).toThrow('6 channels');
  });
});
