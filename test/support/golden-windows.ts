// Multi-view networks compiled by us against what their official modules gave: the same story for every family.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { randomSource } from '../../models/compile/random-source.ts';
import type { TensorSource } from '../../models/compile/tensor-source.ts';
import type { Precision } from '../../projects/format/precision.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import type { InstalledPack } from '../../models/run/packs.ts';

const session = { providers: [], threads: 1 } as const;

export const modelFixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));

/**
 * Adds `<family>-tiny/<family>.safetensors` and holds every recorded number of `golden.safetensors` against it.
 * @param outputs recorded of each case, beside the features of each view
 * @param views of each case whose features are recorded; 0: they are not
 */
export async function expectWindows(
  packsFolder: string,
  family: string,
  precision: Precision,
  outputs: readonly string[],
  views: Readonly<Record<string, number>>,
): Promise<InstalledPack> {
  const options = { packsFolder, acceptLicence: true, precision, session };
  const { pack, selfCheck } = await addPack(modelFixture(`${family}-tiny/${family}.safetensors`), options);
  expect(pack.manifest).toMatchObject({ kind: 'multi-view', family });
  expect(selfCheck?.passed).toBe(true);
  const report = await checkPack(pack, modelFixture(`${family}-tiny/golden.safetensors`), session);
  // Tolerances and their reasons: models/run/check-pack.ts.
  expect(report.tolerance).toEqual(goldenTolerance[precision === 'float32' ? 'float32' : 'float16']);
  expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  const expected = Object.entries(views).flatMap(([label, count]) => [
    ...outputs.map((name) => `${label}.out.${name}`),
    ...Array.from({ length: count }, (_, view) => `${label}.enc.features.${view}`),
  ]);
  expect(report.outputs.map(({ name }) => name).sort()).toEqual(expected.sort());
  return pack;
}

/** A released network by the names and shapes of its tensors, with random numbers. @param without a tensor that is left out */
export async function releasedSource(name: string, without: string | null = null): Promise<TensorSource> {
  const text = await readFile(modelFixture(`${name}.tensors.json`), 'utf8');
  const { tensors } = JSON.parse(text) as { tensors: Record<string, number[]> };
  if (without !== null) {
    expect(tensors).toHaveProperty([without]);
    delete tensors[without];
  }
  return { ...randomSource(tensors, ''), expression: null };
}
