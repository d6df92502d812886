// Checks of a language pack: against golden tensors (`in.ids`, `in.image`, `out.vector`, `out.patches`, for CLIP `out.whole`), or by itself.

import { StudioFailure } from '../../projects/format/result.ts';
import type { NamedTensor } from '../../projects/format/safetensors.ts';
import { compareTensor, type OutputCheck, type Tolerance } from '../run/compare.ts';
import type { LanguageEncoder } from './encoder.ts';

/** @throws StudioFailure 'golden-mismatch' when the file lacks what is needed */
export async function checkLanguageGolden(
  encoder: LanguageEncoder,
  { tensors }: { tensors: ReadonlyMap<string, NamedTensor> },
  tolerance: Tolerance,
): Promise<OutputCheck[]> {
  const need = (name: string): NamedTensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new StudioFailure('golden-mismatch', { reason: `it has no ${name}.` });
    return tensor;
  };
  const vector = await encoder.rawTextVector(need('in.ids').data as BigInt64Array);
  const pictures = await encoder.run(need('in.image'));
  return [
    compareTensor('out.vector', { dtype: 'F32', shape: [vector.length], data: vector }, need('out.vector'), tolerance),
    ...Object.entries(pictures).map(([name, actual]) =>
      compareTensor(`out.${name}`, actual, need(`out.${name}`), tolerance),
    ),
  ];
}

/** Whatever the weights are: both graphs run, numbers are finite, other words and pictures give other vectors. */
export async function selfCheckLanguage(encoder: LanguageEncoder): Promise<OutputCheck[]> {
  const side = 4 * encoder.patchPx;
  const picture = (phase: number): { widthPx: number; heightPx: number; data: Uint8Array } => ({
    widthPx: side,
    heightPx: side,
    data: Uint8Array.from({ length: 3 * side * side }, (_, i) => 128 + 100 * Math.sin(i / 7 + phase)),
  });
  const { patches } = await encoder.run(encoder.tensorOf(picture(0)), ['patches']);
  const { patches: other } = await encoder.run(encoder.tensorOf(picture(2)), ['patches']);
  // Ids that every vocabulary has.
  const [first, second] = [
    await encoder.rawTextVector(BigInt64Array.of(1n, 2n, 3n)),
    await encoder.rawTextVector(BigInt64Array.of(1n, 3n, 2n)),
  ];
  const checks: [string, number, boolean][] = [
    ['text vector is finite', first.length, first.every(Number.isFinite)],
    ['patches are finite', patches.data.length, (patches.data as Float32Array).every(Number.isFinite)],
    ['the order of words matters', first.length, first.some((value, k) => value !== second[k])],
    [
      'another picture gives other vectors',
      patches.data.length,
      (patches.data as Float32Array).some((value, k) => value !== other.data[k]),
    ],
  ];
  return checks.map(([name, items, passed]) => ({
    name,
    items,
    maxAbsolute: passed ? 0 : Infinity,
    maxRelative: passed ? 0 : Infinity,
    passed,
  }));
}
