// Compiles a checkpoint into a pack: graphs, weights beside them, and the manifest, written whole or not at all.

import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioFailure } from '../../projects/format/result.ts';
import type { GraphManifest, Manifest } from '../run/manifest.ts';
import type { BuiltGraph } from './built-graph.ts';
import type { ValueInfo } from './onnx-proto.ts';

/** Told while a pack is made: what happens and how much of it is done, 0…1. */
export type CompileProgress = (stage: string, fraction: number) => void;

export interface CompileOptions {
  onProgress?: CompileProgress;
  signal?: AbortSignal | null;
}

/** What a family's compiler knows of a pack; the writer adds files and sizes. */
export type PackFacts = Omit<Manifest, 'graphs' | 'files' | 'memoryMb'> & {
  /** Working memory of one step at the default size, in MB, beside the weights. */
  workingMb: number;
};

/** Bytes of all weights. */
export const weightBytes = (graphs: Readonly<Record<string, BuiltGraph>>): number =>
  Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0);

/** What a pack says it needs: its weights and the working memory of one step, MB. */
export const packMemoryMb = (bytes: number, workingMb: number): number => Math.ceil(bytes / 1e6 + workingMb);

/**
 * Writes a pack into `folder` (created; must not exist). On failure or cancel nothing is left.
 * @param graphs graph name → what was built
 */
export async function writePack(
  folder: string,
  facts: PackFacts,
  graphs: Readonly<Record<string, BuiltGraph>>,
  { onProgress, signal = null }: CompileOptions = {},
): Promise<Manifest> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const total = weightBytes(graphs);
    let done = 0;
    const files: Manifest['files'] = [];
    const graphManifests: Record<string, GraphManifest> = {};
    for (const [name, { graph, weights }] of Object.entries(graphs)) {
      const bytes = graph.encode();
      await writeFile(join(partial, `${name}.onnx`), bytes);
      const write = (count: number): void => {
        done += count;
        onProgress?.(`Writing the weights of the ${name} graph`, total > 0 ? Math.min(1, done / total) : 1);
      };
      await weights.write(join(partial, weights.file), write, signal);
      files.push({ path: weights.file, bytes: weights.byteLength });
      graphManifests[name] = {
        file: `${name}.onnx`,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        inputs: graph.signature().inputs.map(manifestTensor),
        outputs: graph.signature().outputs.map(manifestTensor),
      };
    }
    const { workingMb, ...rest } = facts;
    const memoryMb = packMemoryMb(total, workingMb);
    const manifest: Manifest = { ...rest, graphs: graphManifests, files, memoryMb };
    await writeFile(join(partial, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    if (signal?.aborted) throw new StudioFailure('cancelled');
    await rename(partial, folder);
    return manifest;
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true });
    throw (thrown as NodeJS.ErrnoException).code === 'ENOSPC' ? new StudioFailure('disk-full') : thrown;
  }
}

function manifestTensor({ name, type, dims }: ValueInfo): GraphManifest['inputs'][number] {
  if (type === 'float64' || type === 'int8')
    throw new TypeError(`A ${type} tensor has no place at the border of a graph.`);
  return { name, type, dims: [...dims] };
}
