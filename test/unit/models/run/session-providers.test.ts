// Which provider a session comes to run on when the better ones fail, and what its line says of each.

import { InferenceSession } from 'onnxruntime-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Provider } from '../../../../models/run/providers.ts';

vi.mock('onnxruntime-node', async (original) => ({
  ...(await original<typeof import('onnxruntime-node')>()),
  InferenceSession: { create: vi.fn() },
}));
vi.mock('../../../../models/run/providers.ts', async (original) => {
  const real = await original<typeof import('../../../../models/run/providers.ts')>();
  const candidates = ['cuda', 'webgpu', 'dml', 'coreml', 'cpu'] as const;
  return {
    ...real,
    providerCandidates: () => candidates.map((provider) => ({ provider, obstacle: obstacles.get(provider) ?? null })),
  };
});

const obstacles = new Map<Provider, string>();
const why = {
  cuda: 'libcudnn.so.9 is missing',
  webgpu: 'no WebGPU adapter',
  dml: 'no device',
  coreml: 'no such class',
};
/** Providers that were tried, in order. */
const tried = (): string[] =>
  vi
    .mocked(InferenceSession.create)
    .mock.calls.map((call) => String((call[1] as InferenceSession.SessionOptions).executionProviders?.[0]));

beforeEach(() => {
  obstacles.clear();
  // Failures are remembered as long as the module lives.
  vi.resetModules();
});
afterEach(() => vi.mocked(InferenceSession.create).mockReset());

/** Opens a session on a machine where only these can make one. */
async function lineWhere(...working: Provider[]): Promise<string> {
  vi.mocked(InferenceSession.create).mockImplementation((async (
    _: unknown,
    options: InferenceSession.SessionOptions,
  ) => {
    const [provider] = options.executionProviders as Provider[];
    if (!working.includes(provider)) throw new Error(`${why[provider as keyof typeof why]}\nand pages of its own log`);
    return { inputMetadata: [], outputMetadata: [] };
  }) as never);
  const { openSession } = await import('../../../../models/run/session.ts');
  return (await openSession('model.onnx', { threads: 2 })).providerLine;
}

test('each failing provider gives way to the next: CUDA, WebGPU, DirectML, CoreML, and the CPU at last', async () => {
  expect(await lineWhere('cpu')).toBe(
    'CPU, 2 threads (CUDA: libcudnn.so.9 is missing; WebGPU: no graphics adapter that it can use; DirectML: no device; CoreML: no such class)',
  );
  expect(tried()).toEqual(['cuda', 'webgpu', 'dml', 'coreml', 'cpu']);
});

test.for([
  ['cuda', 'CUDA', ['cuda']],
  ['webgpu', 'WebGPU (CUDA: libcudnn.so.9 is missing)', ['cuda', 'webgpu']],
  ['dml', /^DirectML \(CUDA: .*; WebGPU: .*\)$/, ['cuda', 'webgpu', 'dml']],
  ['coreml', /^CoreML \(CUDA: .*; WebGPU: .*; DirectML: no device\)$/, ['cuda', 'webgpu', 'dml', 'coreml']],
] as const)('%s is taken as soon as it works', async ([provider, line, order]) => {
  const found = await lineWhere(provider, 'cpu');
  if (typeof line === 'string') expect(found).toBe(line);
  else expect(found).toMatch(line);
  expect(tried()).toEqual(order);
});

test('one with an obstacle is not tried, and one that failed is not tried again by the next graph', async () => {
  obstacles.set('cuda', 'no NVIDIA driver');
  const line = await lineWhere('dml', 'cpu');
  expect(line).toBe('DirectML (CUDA: no NVIDIA driver; WebGPU: no graphics adapter that it can use)');
  const { openSession } = await import('../../../../models/run/session.ts');
  expect((await openSession('other.onnx', { threads: 2 })).providerLine).toBe(line);
  expect(tried()).toEqual(['webgpu', 'dml', 'dml']);
});

test('what not even the CPU can load is an error', async () => {
  await expect(lineWhere()).rejects.toThrow();
});
