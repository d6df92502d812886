// A checkpoint seen in another way: the part behind a prefix, and batch norms folded into the convolutions before them.

import type { TensorInfo, TensorSource } from './tensor-source.ts';

/** The tensors whose names begin with `prefix`, without it. Training frameworks put a network under the name of a field. */
export function partBehind(source: TensorSource, prefix: string): TensorSource {
  if (prefix === '') return source;
  const tensors = new Map(
    [...source.tensors].flatMap(([name, info]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), info]] : [])),
  );
  return { ...source, tensors, read: (name) => source.read(prefix + name) };
}

/** The same tensors under names without what `prefix` matches. Names must stay different. */
export function withoutPrefixes(source: TensorSource, prefix: RegExp): TensorSource {
  const original = new Map([...source.tensors.keys()].map((name) => [name.replace(prefix, ''), name]));
  const tensors = new Map([...source.tensors].map(([name, info]) => [name.replace(prefix, ''), info]));
  return { ...source, tensors, read: (name) => source.read(original.get(name) ?? name) };
}

/** PyTorch's default; no file stores another. */
const epsilon = 1e-5;

/**
 * Batch norms of inference (Ioffe & Szegedy 2015) are one factor and one summand per channel: w·γ/√(σ²+ε) and β − μ·γ/√(σ²+ε) make them part of
 * the convolution (which has no bias of its own). A norm's tensors vanish, the convolution gets a bias.
 * @param convolutionOf the convolution before a norm, by the norm's name; null when it stays
 */
export function withFoldedNorms(source: TensorSource, convolutionOf: (norm: string) => string | null): TensorSource {
  const tensors = new Map(source.tensors);
  const normOf = new Map<string, string>();
  for (const name of source.tensors.keys()) {
    const norm = /^(.*)\.running_var$/.exec(name)?.[1];
    const convolution = norm === undefined ? null : convolutionOf(norm);
    if (norm === undefined || convolution === null) continue;
    const parts = ['weight', 'bias', 'running_mean', 'running_var'];
    // A norm that lacks a part stays as it is, and will be refused as unexpected.
    if (!parts.every((part) => source.tensors.has(`${norm}.${part}`))) continue;
    for (const part of [...parts, 'num_batches_tracked']) tensors.delete(`${norm}.${part}`);
    tensors.set(`${convolution}.bias`, source.tensors.get(`${norm}.bias`) as TensorInfo);
    normOf.set(convolution, norm);
  }
  const read = async (name: string): Promise<Float32Array> => {
    const [, convolution, part] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
    const norm = normOf.get(convolution);
    if (norm === undefined) return source.read(name);
    const [gamma, variance] = [await source.read(`${norm}.weight`), await source.read(`${norm}.running_var`)];
    const factors = gamma.map((value, i) => value / Math.sqrt(variance[i] + epsilon));
    if (part === 'bias') {
      const [beta, mean] = [await source.read(`${norm}.bias`), await source.read(`${norm}.running_mean`)];
      return beta.map((value, i) => value - mean[i] * factors[i]);
    }
    const weights = await source.read(name);
    const each = weights.length / factors.length;
    return weights.map((value, i) => value * factors[Math.floor(i / each)]);
  };
  return { ...source, tensors, read };
}
