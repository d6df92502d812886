// Opens a graph in ONNX Runtime on the best provider that works, and says in one line which and why.
//
// Only for the engine process: `run` blocks the thread it is called on for as long as the network takes.

import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { Dtype, NamedTensor, TensorData } from '../../projects/format/safetensors.ts';
import { physicalCores, providerCandidates, providerNames, type Provider } from './providers.ts';

export interface SessionOptions {
  /** Providers to try, best first; without it all that this machine has. The CPU is always tried last. */
  providers?: readonly Provider[];
  /** Threads of the CPU provider; without it one for every physical core. */
  threads?: number;
}

export interface Session {
  readonly provider: Provider;
  /** For example `CPU, 2 threads (CUDA: no NVIDIA driver; WebGPU: no graphics device)`. */
  readonly providerLine: string;
  readonly inputs: readonly SessionTensor[];
  readonly outputs: readonly SessionTensor[];
  /**
   * One run. Tensors at a graph's border are never float16: onnxruntime-node cannot pass them under Node 24.
   * @param wanted names of outputs, or memory that outputs are written into; all, in new memory, when absent
   */
  run(
    feeds: Readonly<Record<string, NamedTensor>>,
    wanted?: readonly string[] | Readonly<Record<string, NamedTensor>>,
  ): Promise<Record<string, NamedTensor>>;
  dispose(): Promise<void>;
}

export interface SessionTensor {
  name: string;
  type: string;
  shape: readonly (number | string)[];
}

/** Providers that failed in this process, with the reason: they are not tried again. */
const failures = new Map<Provider, string>();

/**
 * @param source path of an .onnx file (its external weights are found beside it), or the file's bytes
 * @throws the error of ONNX Runtime when not even the CPU can load the graph
 */
export async function openSession(source: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  env.logLevel = 'error';
  const threads = options.threads ?? physicalCores();
  const reasons: string[] = [];
  for (const { provider, obstacle } of candidates(options.providers)) {
    const reason = obstacle ?? failures.get(provider);
    if (reason !== undefined) {
      reasons.push(`${providerNames[provider]}: ${reason}`);
      continue;
    }
    try {
      const session = await create(source, provider, threads);
      const place =
        provider === 'cpu' ? `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}` : providerNames[provider];
      return new OpenSession(session, provider, reasons.length > 0 ? `${place} (${reasons.join('; ')})` : place);
    } catch (thrown) {
      if (provider === 'cpu') throw thrown;
      const why = shortReason(thrown);
      failures.set(provider, why);
      reasons.push(`${providerNames[provider]}: ${why}`);
    }
  }
  throw new Error('No execution provider is left to try.');
}

function candidates(wanted: readonly Provider[] | undefined): { provider: Provider; obstacle: string | null }[] {
  const all = providerCandidates();
  if (!wanted) return all;
  return all.filter(({ provider }) => provider === 'cpu' || wanted.includes(provider));
}

function create(source: string | Uint8Array, provider: Provider, threads: number): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    // The CPU stands behind every other provider for operators that one does not have.
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Sizes differ from photo to photo: a pattern would be remembered for each of them.
    enableMemPattern: false,
  };
  return typeof source === 'string'
    ? InferenceSession.create(source, options)
    : InferenceSession.create(source, options);
}

/** First line of an error without the runtime's own source paths. */
function shortReason(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/WebGPU adapter/.test(message)) return 'no graphics adapter that it can use';
  return message
    .split('\n')[0]
    .replace(/\/\S+:\d+ /g, '')
    .slice(0, 120);
}

class OpenSession implements Session {
  readonly provider: Provider;
  readonly providerLine: string;
  readonly inputs: readonly SessionTensor[];
  readonly outputs: readonly SessionTensor[];
  private readonly session: InferenceSession;

  constructor(session: InferenceSession, provider: Provider, providerLine: string) {
    this.session = session;
    this.provider = provider;
    this.providerLine = providerLine;
    this.inputs = session.inputMetadata.map(describe);
    this.outputs = session.outputMetadata.map(describe);
  }

  async run(
    feeds: Readonly<Record<string, NamedTensor>>,
    wanted?: readonly string[] | Readonly<Record<string, NamedTensor>>,
  ): Promise<Record<string, NamedTensor>> {
    const inputs = tensorsOf(feeds);
    const outputs = await (wanted === undefined
      ? this.session.run(inputs)
      : this.session.run(inputs, isNames(wanted) ? wanted : tensorsOf(wanted)));
    return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, namedTensorOf(value)]));
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

function describe(metadata: InferenceSession.ValueMetadata): SessionTensor {
  return metadata.isTensor
    ? { name: metadata.name, type: metadata.type, shape: metadata.shape }
    : { name: metadata.name, type: 'other', shape: [] };
}

const typeOfDtype: Readonly<Partial<Record<Dtype, Tensor.Type>>> = {
  F32: 'float32',
  F64: 'float64',
  I64: 'int64',
  I32: 'int32',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};
const dtypeOfType = Object.fromEntries(Object.entries(typeOfDtype).map(([dtype, type]) => [type, dtype as Dtype]));

const isNames = (wanted: readonly string[] | object): wanted is readonly string[] => Array.isArray(wanted);

const tensorsOf = (named: Readonly<Record<string, NamedTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, tensorOf(tensor)]));

function tensorOf({ dtype, shape, data }: NamedTensor): Tensor {
  const type = typeOfDtype[dtype];
  if (!type) throw new TypeError(`A tensor of type ${dtype} cannot enter a graph.`);
  return new Tensor(type, data as Float32Array, shape);
}

function namedTensorOf(value: Tensor): NamedTensor {
  const dtype = dtypeOfType[value.type];
  if (!dtype) throw new TypeError(`A tensor of type ${value.type} cannot leave a graph.`);
  return { dtype, shape: value.dims, data: value.data as TensorData };
}

/** A float32 tensor, as most feeds are. */
export const floats = (data: Float32Array, ...shape: number[]): NamedTensor => ({ dtype: 'F32', shape, data });
