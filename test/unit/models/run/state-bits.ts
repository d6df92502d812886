// Saved states compared bit by bit, and sent through the form in which they lie on disk.
import { createHash } from 'node:crypto';
import type { SceneState } from '../../../../models/run/reconstructor.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../../projects/format/safetensors.ts';

/** A digest of everything a saved state holds. */
export function bitsOf(state: SceneState): string {
  const hash = createHash('sha256').update(JSON.stringify([state.modelId, state.stepIdx, state.facts]));
  for (const [name, { data, shape }] of Object.entries(state.tensors))
    hash.update(`${name}${shape.join()}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

/** Through a file's bytes and JSON, as the engine keeps it. */
export function written({ tensors, facts, ...rest }: SceneState): SceneState {
  const read = decodeSafetensors(encodeSafetensors(tensors, { facts: JSON.stringify(facts) }));
  return {
    ...rest,
    tensors: Object.fromEntries(read.tensors),
    facts: JSON.parse(read.metadata.facts) as Record<string, unknown>,
  };
}
