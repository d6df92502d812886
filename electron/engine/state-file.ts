// The saved state of a run as a file: tensors as they are, small facts as JSON in the header.

import { readFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors } from '../../projects/format/safetensors.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { SceneState } from '../../models/run/reconstructor.ts';
import { writeDurably } from './durable-file.ts';

/** Returns the size of the file in bytes. */
export async function writeState(state: SceneState, path: string): Promise<number> {
  const bytes = encodeSafetensors(state.tensors, {
    kind: 'state',
    version: '1',
    modelId: state.modelId,
    stepIdx: String(state.stepIdx),
    facts: JSON.stringify(state.facts),
  });
  await writeDurably(path, bytes);
  return bytes.byteLength;
}

/** @throws StudioFailure `state-damaged` when the file is missing, cut or of another method */
export async function readState(path: string, modelId: string): Promise<SceneState> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readFile(path));
    if (metadata.kind !== 'state' || metadata.modelId !== modelId) throw new Error(`it is not a state of ${modelId}`);
    return {
      modelId,
      stepIdx: Number(metadata.stepIdx),
      tensors: Object.fromEntries(tensors),
      facts: JSON.parse(metadata.facts) as Record<string, unknown>,
    };
  } catch (error) {
    throw new StudioFailure('state-damaged', { reason: error instanceof Error ? error.message : String(error) });
  }
}
