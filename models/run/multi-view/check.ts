// Checks of multi-view packs: recorded windows, and that any window gives finite numbers.
//
// Layout of the recording: for each case `<case>.in.image` [views, 3, H, W] in −1…1, `<case>.enc.features`, `<case>.out.<output>` as the graphs name them.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { compareTensor, type OutputCheck, type Tolerance } from '../compare.ts';
import type { GoldenFile } from '../recurrent/golden.ts';
import type { ViewNetwork } from './view-network.ts';

/** @throws StudioFailure 'golden-mismatch' when the file holds no recorded window */
export async function checkViewsGolden(
  network: ViewNetwork,
  { tensors }: GoldenFile,
  tolerance: Tolerance,
): Promise<OutputCheck[]> {
  const checks: OutputCheck[] = [];
  for (const name of tensors.keys()) {
    const [, label] = /^(.+)\.in\.image$/.exec(name) ?? [];
    const images = tensors.get(name);
    if (label === undefined || images?.shape.length !== 4) continue;
    const features = await encodeAll(network, images);
    const answers: Record<string, NamedTensor> = {};
    for (const [output, value] of Object.entries(await network.everything(features)))
      answers[`${label}.out.${output}`] = value;
    features.forEach((value, view) => (answers[`${label}.enc.features.${view}`] = value));
    for (const [answer, actual] of Object.entries(answers)) {
      const expected = tensors.get(answer);
      if (expected) checks.push(compareTensor(answer, actual, expected, tolerance));
    }
  }
  if (checks.length === 0)
    throw new StudioFailure('golden-mismatch', { reason: 'the file holds no recorded window of several photos.' });
  return checks;
}

async function encodeAll(network: ViewNetwork, { shape, data }: NamedTensor): Promise<NamedTensor[]> {
  const [views, , heightPx, widthPx] = shape;
  const items = data.length / views;
  const features: NamedTensor[] = [];
  for (let view = 0; view < views; view++)
    features.push(
      await network.encode((data as Float32Array).slice(view * items, (view + 1) * items), widthPx, heightPx),
    );
  return features;
}

/** Three drawn pictures: every number is finite, confidences are at least one. */
export async function selfCheckViews(network: ViewNetwork, patchPx: number): Promise<OutputCheck[]> {
  const [widthPx, heightPx] = [4 * patchPx, 3 * patchPx];
  const picture = (phase: number): Float32Array =>
    Float32Array.from({ length: 3 * heightPx * widthPx }, (_, i) => Math.sin(i / 5 + phase));
  const features: NamedTensor[] = [];
  for (const phase of [0, 1, 2]) features.push(await network.encode(picture(phase), widthPx, heightPx));
  const answer = await network.everything(features);
  const checks = Object.entries(answer).map(([name, { data }]) =>
    property(`${name} is finite`, data.length, (data as Float32Array).every(Number.isFinite) ? 0 : Infinity),
  );
  for (const [view, { points, confidences, windowFromCamera }] of (
    await network.predict(features, new Set())
  ).entries()) {
    const pose = [...windowFromCamera.rotation, ...windowFromCamera.translation, windowFromCamera.scale];
    const finite = points.every(Number.isFinite) && pose.every(Number.isFinite);
    checks.push(
      property(`view ${view}: points and pose are finite`, points.length + pose.length, finite ? 0 : Infinity),
    );
    const lowest = confidences.reduce((a, b) => Math.min(a, b));
    checks.push(property(`view ${view}: confidence is at least one`, confidences.length, Math.max(0, 1 - lowest)));
  }
  return checks;
}

const property = (name: string, items: number, error: number): OutputCheck => ({
  name,
  items,
  maxAbsolute: error,
  maxRelative: error,
  passed: error === 0,
});
