// A run's memory as tensors and facts, complete, so that going on from it is bit by bit the same.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import type { SceneState } from '../reconstructor.ts';
import type { Carried } from './network.ts';
import type { Submaps } from './submaps.ts';

export interface RunMemory {
  carried: Carried;
  /** What the update rule remembers. */
  ruleCarried: Readonly<Record<string, Float32Array>> | null;
  /** Photos that changed the state so far. */
  stepIdx: number;
  /** Photos since the state was last reset; the photo shared by two submaps counts in both. */
  sinceReset: number;
  submaps: Submaps;
  /** One per photo of the present submap. */
  descriptors: readonly Float32Array[];
}

export function saveState(memory: RunMemory, modelId: string, ruleId: string): SceneState {
  const { carried, ruleCarried, stepIdx, sinceReset, submaps, descriptors } = memory;
  const tensors: Record<string, NamedTensor> = { state: carried.state, memory: carried.memory };
  for (const [name, data] of Object.entries(ruleCarried ?? {}))
    tensors[`rule.${name}`] = { dtype: 'F32', shape: [data.length], data };
  descriptors.forEach((data, idx) => (tensors[`photo.${idx}`] = { dtype: 'F32', shape: [data.length], data }));
  const facts = { ruleId, sinceReset, submaps, hasRule: ruleCarried !== null };
  return { modelId, stepIdx, tensors, facts };
}

/** @throws StudioFailure 'run-failed' when the state is not one of this model and rule */
export function restoreState(saved: SceneState, modelId: string, ruleId: string, like: Carried): RunMemory {
  const unfit = (reason: string): StudioFailure => new StudioFailure('run-failed', { reason });
  const facts = saved.facts as Partial<Record<'ruleId' | 'sinceReset' | 'submaps' | 'hasRule', unknown>>;
  if (saved.modelId !== modelId) throw unfit(`the saved state belongs to ${saved.modelId}.`);
  if (facts.ruleId !== ruleId)
    throw unfit(`the saved state was made with the rule ${String(facts.ruleId)}, not ${ruleId}.`);
  const tensor = (name: 'state' | 'memory'): NamedTensor => {
    const found = saved.tensors[name];
    if (found?.dtype !== 'F32' || found.shape.join() !== like[name].shape.join())
      throw unfit('the saved state does not fit the model.');
    return found;
  };
  const vectors = (prefix: string): (readonly [string, Float32Array])[] =>
    Object.entries(saved.tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { data }]) => [name.slice(prefix.length), data as Float32Array] as const);
  return {
    carried: { state: tensor('state'), memory: tensor('memory') },
    ruleCarried: facts.hasRule === true ? Object.fromEntries(vectors('rule.')) : null,
    stepIdx: saved.stepIdx,
    sinceReset: Number(facts.sinceReset),
    submaps: facts.submaps as Submaps,
    // Files list tensors in the order of their sizes, not of their writing.
    descriptors: vectors('photo.')
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([, data]) => data),
  };
}
