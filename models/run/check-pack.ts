// Checks an installed pack: against a golden file, or by itself.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Precision } from '../../projects/format/precision.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { decodeSafetensors } from '../../projects/format/safetensors.ts';
import { checkLanguageGolden, selfCheckLanguage } from '../language/check.ts';
import { LanguageEncoder } from '../language/encoder.ts';
import type { OutputCheck, Tolerance } from './compare.ts';
import type { InstalledPack } from './packs.ts';
import { checkPairGolden, selfCheckPair } from './pairwise/check.ts';
import { checkViewsGolden, selfCheckViews } from './multi-view/check.ts';
import { ViewNetwork } from './multi-view/view-network.ts';
import { PairNetwork } from './pairwise/pair-network.ts';
import { checkRecurrentGolden, type GoldenFile } from './recurrent/golden.ts';
import { RecurrentNetwork } from './recurrent/network.ts';
import { selfCheckRecurrent } from './recurrent/self-check.ts';
import type { SessionOptions } from './session.ts';

export interface PackReport {
  id: string;
  /** What ran where. */
  provider: string;
  /** null: the pack was checked by itself. */
  goldenFile: string | null;
  tolerance: Tolerance | null;
  outputs: OutputCheck[];
  passed: boolean;
  seconds: number;
}

/**
 * float32: what two orders of summation may differ by. float16: weights keep 11 bits, so every product is off by up to 5e-4, and errors
 * of a recurrent run add up over layers and photos; 2e-2 is far below what a wrong layer gives (order 1). int8: weights and what meets them keep
 * seven to eight bits; the largest error seen on the golden runs is 8e-2, in single numbers of features and points.
 */
export const goldenTolerance: Readonly<Record<Precision, Tolerance>> = {
  float32: { absolute: 1e-4, relative: 1e-3 },
  float16: { absolute: 2e-2, relative: 2e-2 },
  int8: { absolute: 1e-1, relative: 1e-1 },
};

/**
 * Runs in the engine process: it opens sessions.
 * @param goldenPath a file in the layout of golden runs; null: only that every graph runs and gives sane numbers
 * @throws StudioFailure 'model-damaged', 'golden-mismatch' when the golden file cannot be used; a mismatch of numbers is in the report
 */
export async function checkPack(
  pack: InstalledPack,
  goldenPath: string | null,
  options: SessionOptions = {},
): Promise<PackReport> {
  const { id, precision } = pack.manifest;
  const startMs = performance.now();
  const golden = goldenPath === null ? null : await readGolden(goldenPath);
  const tolerance = golden ? goldenTolerance[precision] : null;
  const network = await openCheckable(pack, options);
  try {
    const outputs = golden && tolerance ? await network.checkGolden(golden, tolerance) : await network.checkItself();
    return {
      id,
      provider: network.provider,
      goldenFile: goldenPath,
      tolerance,
      outputs,
      passed: outputs.every(({ passed }) => passed),
      seconds: (performance.now() - startMs) / 1000,
    };
  } finally {
    await network.dispose();
  }
}

interface Checkable {
  provider: string;
  checkGolden(golden: GoldenFile, tolerance: Tolerance): Promise<OutputCheck[]>;
  checkItself(): Promise<OutputCheck[]>;
  dispose(): Promise<void>;
}

/** @throws StudioFailure 'golden-mismatch' for kinds that no check knows */
async function openCheckable(pack: InstalledPack, options: SessionOptions): Promise<Checkable> {
  const { kind } = pack.manifest;
  if (kind === 'language') {
    const encoder = await LanguageEncoder.open(pack, options);
    return {
      provider: encoder.provider,
      checkGolden: (golden, tolerance) => checkLanguageGolden(encoder, golden, tolerance),
      checkItself: () => selfCheckLanguage(encoder),
      dispose: () => encoder.dispose(),
    };
  }
  if (kind === 'pairwise') {
    const pairs = await PairNetwork.open(pack, options);
    return {
      provider: pairs.provider,
      checkGolden: (golden, tolerance) => checkPairGolden(pairs, golden, tolerance),
      checkItself: () => selfCheckPair(pairs),
      dispose: () => pairs.dispose(),
    };
  }
  if (kind === 'multi-view') {
    const views = await ViewNetwork.open(pack, options);
    return {
      provider: views.provider,
      checkGolden: (golden, tolerance) => checkViewsGolden(views, golden, tolerance),
      checkItself: () => selfCheckViews(views, Number(pack.manifest.config.patchPx)),
      dispose: () => views.dispose(),
    };
  }
  if (kind !== 'recurrent')
    throw new StudioFailure('golden-mismatch', { reason: `packs of kind ${kind} have no check of this form.` });
  const network = await RecurrentNetwork.open(pack, options);
  return {
    provider: network.provider,
    checkGolden: (golden, tolerance) => checkRecurrentGolden(network, golden, tolerance),
    checkItself: () => selfCheckRecurrent(network),
    dispose: () => network.dispose(),
  };
}

async function readGolden(path: string): Promise<GoldenFile> {
  const name = basename(path);
  const bytes = await readFile(path).catch(() => {
    throw new StudioFailure('golden-mismatch', { reason: `${name} cannot be opened.` });
  });
  try {
    return decodeSafetensors(bytes);
  } catch (thrown) {
    throw new StudioFailure('golden-mismatch', { reason: `${name} is no golden file (${(thrown as Error).message})` });
  }
}
