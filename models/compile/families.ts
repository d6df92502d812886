// Which kind of network a checkpoint holds, told by the names of its tensors, and how it becomes a pack.

import { createHash } from 'node:crypto';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { buildCut3r, compileCut3r, cut3rLicence, parameterCount } from './cut3r-pack.ts';
import type { CompileOptions } from './pack-writer.ts';
import type { TensorSource } from './tensor-source.ts';
import type { Precision } from './weights.ts';

/** What a file is, before anything is written. */
export interface CheckpointFacts {
  family: 'cut3r';
  /** For example `cut3r-512-dpt`. */
  id: string;
  name: string;
  kind: Manifest['kind'];
  licence: Manifest['licence'];
  parameters: number;
  /** Bytes of the pack that will be written. */
  packBytes: number;
  /** The same for the same weights, whatever the file is called. */
  fingerprint: string;
}

/** @throws StudioFailure 'checkpoint-unsupported' when it is another network, or one with missing or strange tensors */
export async function describeCheckpoint(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): Promise<CheckpointFacts> {
  const { tensors } = source;
  if (!tensors.has('pose_retriever.mem') || !tensors.has('register_tokens.weight'))
    throw new StudioFailure('checkpoint-unsupported', { name: fileName, reason: unknownReason(tensors) });
  const { config, graphs } = buildCut3r(source, fileName, precision);
  const half = precision === 'float16' ? '-f16' : '';
  return {
    family: 'cut3r',
    id: `cut3r-${config.sizePx}-${config.head}${half}`,
    name: `CUT3R ${config.sizePx} ${config.head === 'dpt' ? 'DPT' : 'linear'}${half ? ', half precision' : ''}`,
    kind: 'recurrent',
    licence: cut3rLicence,
    parameters: parameterCount(source),
    packBytes: Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0),
    fingerprint: await fingerprintOf(source),
  };
}

/** Compiles into `folder`, which must not exist. */
export function compileCheckpoint(
  source: TensorSource,
  fileName: string,
  folder: string,
  facts: CheckpointFacts & { precision: Precision },
  options: CompileOptions,
): Promise<Manifest> {
  const { id, name, licence, precision, fingerprint } = facts;
  return compileCut3r(source, fileName, folder, { id, name, licence, precision, fingerprint }, options);
}

function unknownReason(tensors: TensorSource['tensors']): string {
  const has = (pattern: RegExp): boolean => [...tensors.keys()].some((name) => pattern.test(name));
  if (has(/^downstream_head1\..*local_features/)) return 'it looks like MASt3R, which is not supported yet.';
  if (has(/^dec_blocks2\./)) return 'it looks like DUSt3R, which is not supported yet.';
  const [first] = tensors.keys();
  return `its ${tensors.size} tensors (${first}, …) belong to no network that is known here.`;
}

/** Names, shapes, and the numbers of every fiftieth tensor: enough to tell checkpoints apart without reading gigabytes. */
async function fingerprintOf(source: TensorSource): Promise<string> {
  const hash = createHash('sha256');
  const names = [...source.tensors.keys()].sort();
  for (const [idx, name] of names.entries()) {
    const shape = source.tensors.get(name)?.shape ?? [];
    hash.update(`${name}:${shape.join('x')}\n`);
    if (idx % 50 === 0) {
      const data = await source.read(name);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, Math.min(data.byteLength, 65_536)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
