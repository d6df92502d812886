// CUT3R at its released sizes with random weights: the checkpoint as a source, and its pack compiled in a process of its own.

import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryUse } from '../../electron/engine/memory-use.ts';
import { compileCut3r, cut3rLicence } from '../../models/compile/cut3r-pack.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import type { TensorSource } from '../../models/compile/tensor-source.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const fullSizes = {
  '512×384': { file: 'cut3r_512_dpt_4_64', preset: 'official-512', widthPx: 512, heightPx: 384 },
  '224×224': { file: 'cut3r_224_linear_4', preset: 'official-224', widthPx: 224, heightPx: 224 },
} as const;

export type FullSize = keyof typeof fullSizes;

export async function randomCheckpoint(size: FullSize): Promise<TensorSource> {
  const path = new URL(`../fixtures/models/${fullSizes[size].file}.tensors.json`, import.meta.url);
  const { tensors } = JSON.parse(await readFile(path, 'utf8')) as { tensors: Record<string, number[]> };
  return randomSource(tensors, 'ARCroco3DStereo()');
}

export interface CompileCost {
  parameters: number;
  seconds: number;
  peakMb: number;
}

/** Compiles into `folder`, in a process of its own so that its peak of memory is its own. */
export async function compileApart(size: FullSize, folder: string, precision: Precision): Promise<CompileCost> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [size, folder, precision]);
    child.on('message', (cost) => resolve(cost as CompileCost));
    child.on('exit', (code) => reject(new Error(`The compile ended with ${code}.`)));
  });
}

async function compile(size: FullSize, folder: string, precision: Precision): Promise<CompileCost> {
  const start = performance.now();
  const name = `CUT3R ${size}`;
  const identity = {
    id: basename(folder),
    name,
    licence: cut3rLicence,
    precision,
    fingerprint: 'random',
  } as const;
  const { parameters } = await compileCut3r(await randomCheckpoint(size), 'random', folder, identity);
  return {
    parameters,
    seconds: (performance.now() - start) / 1000,
    peakMb: memoryUse().peakRssMb,
  };
}

if (import.meta.main)
  process.send?.(await compile(process.argv[2] as FullSize, process.argv[3], process.argv[4] as Precision));
