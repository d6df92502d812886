// The graph builder: what it writes is what ONNX Runtime reads and computes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { float, GraphBuilder } from '../../../../models/compile/graph.ts';
import { floats, openSession } from '../../../../models/run/session.ts';

const onCpu = { providers: [], threads: 1 } as const;

describe('graphs', () => {
  test('a matrix product with named free dimensions gives the numbers worked out by hand', async () => {
    const g = new GraphBuilder('product');
    const x = g.input('x', 'float32', ['n', 3]);
    g.output('y', g.matmul(x, g.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2])), ['n', 2]);
    const session = await openSession(g.encode(), onCpu);
    const { y } = await session.run({ x: floats(Float32Array.of(1, 0, 1, 0, 2, 0), 2, 3) });
    expect([...y.shape]).toEqual([2, 2]);
    expect([...(y.data as Float32Array)]).toEqual([6, 8, 6, 8]);
    expect(session.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['n', 3] }]);
    await session.dispose();
  });

  test('several outputs, int64 constants and float attributes arrive as they were written', async () => {
    const g = new GraphBuilder('top');
    const x = g.input('x', 'float32', [5]);
    const [values, indices] = g.ops('TopK', [x, g.ints(2)], 2, { axis: -1 });
    g.output('values', g.op('LeakyRelu', [values], { alpha: float(1) }), [2]);
    g.output('indices', { ...indices, type: 'int64' }, [2]);
    const session = await openSession(g.encode(), onCpu);
    const out = await session.run({ x: floats(Float32Array.of(-1, 7, 3, 9, 2), 5) });
    expect([...(out.values.data as Float32Array)]).toEqual([9, 7]);
    expect([...(out.indices.data as BigInt64Array)]).toEqual([3n, 1n]);
    await session.dispose();
  });

  test('a graph computes in half precision between float32 borders', async () => {
    const g = new GraphBuilder('half');
    const x = g.cast(g.input('x', 'float32', [2]), 'float16');
    g.output('y', g.cast(g.mul(x, g.scalar(0.1, 'float16')), 'float32'), [2]);
    const session = await openSession(g.encode(), onCpu);
    const { y } = await session.run({ x: floats(Float32Array.of(1, 2), 2) });
    // 0.1 as float16 is 0.0999755859375; products with 1 and 2 are exact.
    expect([...(y.data as Float32Array)]).toEqual([0.0999755859375, 0.199951171875]);
    await session.dispose();
  });

  test('weights in a file beside the model are read from their offset', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graph-'));
    const g = new GraphBuilder('external');
    const x = g.input('x', 'float32', [2]);
    const data = { kind: 'external', file: 'w.bin', offset: 8, byteLength: 8 } as const;
    g.output('y', g.add(x, g.initializer({ name: 'w', type: 'float32', dims: [2], data })), [2]);
    await writeFile(join(folder, 'w.bin'), new Uint8Array(Float32Array.of(9, 9, 10, 20).buffer));
    await writeFile(join(folder, 'g.onnx'), g.encode());
    const session = await openSession(join(folder, 'g.onnx'), onCpu);
    const { y } = await session.run({ x: floats(Float32Array.of(1, 2), 2) });
    expect([...(y.data as Float32Array)]).toEqual([11, 22]);
    await session.dispose();
    await rm(folder, { recursive: true });
  });

  test('a constant whose numbers do not fill its shape is refused', () => {
    expect(() => new GraphBuilder('bad').constant(new Float32Array(3), [2, 2])).toThrow('[2, 2]');
  });

  test('a session says what runs where', async () => {
    const g = new GraphBuilder('identity');
    g.output('y', g.input('x', 'float32', [1]), [1]);
    const session = await openSession(g.encode(), onCpu);
    expect(session.providerLine).toBe('CPU, 1 thread');
    await session.dispose();
  });
});
