// Replays a golden run (numbers of the official implementation) through a recurrent pack, and compares every stage.
//
// Layout: `in.i.img` [1, 3, H, W] or `in.i.ray_map` [1, H, W, 6]; `in.i.update`, `in.i.reset` as flags (a reset may also stand in the note as
// "frame i has reset=true"); `enc.i.feat`; `state.i.feat`, `state.i.mem` before entry i; `out.i.*`. With `state.i.raw` and `state.i.beta` it is a
// run of TTT3R.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { compareTensor, type OutputCheck, type Tolerance } from '../compare.ts';
import type { Carried, RecurrentNetwork, StepAnswer } from './network.ts';
import { ruleOf } from './rules.ts';
import { mixed } from './update-rule.ts';

export interface GoldenFile {
  tensors: ReadonlyMap<string, NamedTensor>;
  metadata: Readonly<Record<string, string>>;
}

const outputs: Readonly<Record<string, (answer: StepAnswer) => Float32Array>> = {
  conf_self: (answer) => answer.confSelf,
  rgb: (answer) => answer.colors,
  camera_pose: (answer) => answer.pose,
  pts3d_in_other_view: (answer) => answer.pointsWorld,
  conf: (answer) => answer.confWorld,
};

/** @throws StudioFailure 'golden-mismatch' when the file is no recurrent run */
export async function checkRecurrentGolden(
  network: RecurrentNetwork,
  { tensors, metadata }: GoldenFile,
  tolerance: Tolerance,
): Promise<OutputCheck[]> {
  const checks: OutputCheck[] = [];
  const check = (name: string, actual: Float32Array | NamedTensor): void => {
    const expected = tensors.get(name);
    if (!expected) return;
    const data = actual instanceof Float32Array ? actual : actual.data;
    checks.push(compareTensor(name, { dtype: 'F32', shape: [data.length], data }, expected, tolerance));
  };
  const flag = (name: string): boolean | null => {
    const value = tensors.get(name)?.data[0];
    return value === undefined ? null : Number(value) !== 0;
  };
  const noted = new Set(
    [...(metadata.note ?? '').matchAll(/(?:frame|entry) (\d+) has reset=true/g)].map((match) => Number(match[1])),
  );
  const gated = tensors.has('state.0.beta');
  const rule = ruleOf(gated ? 'ttt3r' : 'plain');
  const start = await network.begin();
  let carried: Carried = start;
  let fresh = true;
  for (let i = 0; tensors.has(`in.${i}.img`) || tensors.has(`in.${i}.ray_map`); i++) {
    check(`state.${i}.feat`, carried.state);
    check(`state.${i}.mem`, carried.memory);
    const image = tensors.get(`in.${i}.img`);
    const features = await featuresOf(network, image, tensors.get(`in.${i}.ray_map`));
    check(`enc.${i}.feat`, features);
    const answer = await network.step(features, carried, fresh);
    const own = `out.${i}.pts3d_in_self_view`;
    check(own, withSignsOf(tensors.get(own), answer.pointsSelf, tolerance.absolute));
    for (const [name, pick] of Object.entries(outputs)) check(`out.${i}.${name}`, pick(answer));
    check(`state.${i}.raw`, answer.state);
    // The recorded gate after a beginning is what the network said, although the rule takes everything then.
    check(`state.${i}.beta`, fresh ? firstGate(tensors.get(`state.${i}.beta`), answer) : answer.gate);
    if (image && (flag(`in.${i}.update`) ?? true)) carried = accept(rule, answer, carried, fresh);
    const reset = flag(`in.${i}.reset`) ?? noted.has(i);
    fresh = reset && rule.freshAfterReset;
    if (reset) carried = start;
    check(`state.${i + 1}.feat`, carried.state);
    check(`state.${i + 1}.mem`, carried.memory);
  }
  const seen = new Set<string>();
  const unique = checks.filter(({ name }) => !seen.has(name) && seen.add(name));
  if (unique.length === 0)
    throw new StudioFailure('golden-mismatch', { reason: 'the file holds no recorded run of this kind of model.' });
  return unique;
}

/**
 * The linear head multiplies points by the sign of their depth, so a point at depth zero flips with the last bit of rounding: one
 * whose depth is zero within the tolerance may stand on either side.
 */
function withSignsOf(expected: NamedTensor | undefined, points: Float32Array, zero: number): Float32Array {
  const wanted = expected?.data as Float32Array | undefined;
  if (wanted?.length !== points.length) return points;
  const out = points.slice();
  for (let p = 0; p < out.length; p += 3) {
    const product = wanted[p] * out[p] + wanted[p + 1] * out[p + 1];
    if (Math.abs(wanted[p + 2]) <= zero && product < 0) for (let k = 0; k < 3; k++) out[p + k] = -out[p + k];
  }
  return out;
}

/** A beginning is recorded either as the gate itself or as ones. */
function firstGate(expected: NamedTensor | undefined, { gate }: StepAnswer): Float32Array {
  const ones = expected !== undefined && (expected.data as Float32Array).every((value) => value === 1);
  return ones ? new Float32Array(gate.length).fill(1) : gate;
}

async function featuresOf(
  network: RecurrentNetwork,
  image: NamedTensor | undefined,
  rays: NamedTensor | undefined,
): Promise<NamedTensor> {
  if (image) {
    const [, , heightPx, widthPx] = image.shape;
    return network.encode(image.data as Float32Array, widthPx, heightPx);
  }
  const [, heightPx, widthPx] = rays?.shape ?? [];
  return network.encodeRays(rays?.data as Float32Array, widthPx, heightPx);
}

function accept(rule: ReturnType<typeof ruleOf>, answer: StepAnswer, carried: Carried, first: boolean): Carried {
  const [tokens, channels] = answer.state.shape;
  const input = {
    old: carried.state.data as Float32Array,
    proposed: answer.state.data as Float32Array,
    tokens,
    channels,
    first,
    gate: answer.gate,
    affinity: answer.affinity,
    carried: null,
  };
  const data = mixed(input, rule.apply(input).shares);
  return { state: { ...answer.state, data }, memory: answer.memory };
}
