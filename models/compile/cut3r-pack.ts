// A CUT3R checkpoint becomes a pack with four graphs.

import type { Manifest } from '../run/manifest.ts';
import { readCut3rConfig, type Cut3rConfig } from './cut3r-config.ts';
import type { BuiltGraph } from './built-graph.ts';
import { buildText } from './cut3r-composed.ts';
import { buildEncoder, buildInit, buildRayEncoder, buildStep, cut3rUnused } from './cut3r.ts';
import { writePack, type CompileOptions } from './pack-writer.ts';
import type { TensorSource } from './tensor-source.ts';
import { WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export const cut3rLicence = {
  id: 'CC-BY-NC-SA-4.0',
  name: 'Creative Commons Attribution-NonCommercial-ShareAlike 4.0 (CUT3R, with parts of CroCo and DUSt3R by Naver)',
  url: 'https://github.com/CUT3R/CUT3R/blob/main/LICENSE',
  mustAccept: true,
};

/** Networks with the composed head come from models/train. */
export const ownLicence: Manifest['licence'] = { id: 'MIT', name: 'MIT', url: null, mustAccept: false };

export interface PackIdentity {
  id: string;
  name: string;
  licence: Manifest['licence'];
  precision: Precision;
  /** Tells packs of different weights apart. */
  fingerprint: string;
}

/** Builds all graphs, which checks every name and shape. @throws StudioFailure 'checkpoint-unsupported' */
export function buildCut3r(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): { config: Cut3rConfig; graphs: Record<string, BuiltGraph> } {
  const config = readCut3rConfig(source, fileName);
  const ledger = new WeightLedger(source);
  const graphs = {
    encoder: buildEncoder(config, ledger, precision),
    rays: buildRayEncoder(config, ledger, precision),
    init: buildInit(config, ledger),
    step: buildStep(config, ledger, precision),
    ...(config.languageDim > 0 ? { text: buildText(config, ledger) } : {}),
  };
  ledger.assertComplete(fileName, cut3rUnused);
  return { config, graphs };
}

/** Compiles into `folder`. @throws StudioFailure for checkpoints that do not fit, 'cancelled', 'disk-full' */
export async function compileCut3r(
  source: TensorSource,
  fileName: string,
  folder: string,
  identity: PackIdentity,
  options: CompileOptions = {},
): Promise<Manifest> {
  const { config, graphs } = buildCut3r(source, fileName, identity.precision);
  const { encoder, decoder, head, sizePx } = config;
  const { fingerprint, ...named } = identity;
  return writePack(
    folder,
    {
      ...named,
      kind: 'recurrent',
      family: 'cut3r',
      parameters: parameterCount(source),
      config: {
        head,
        patchPx: config.patchPx,
        sizePx,
        encoderChannels: encoder.channels,
        decoderChannels: decoder.channels,
        stateTokens: config.stateTokens,
        memorySlots: config.memorySlots,
        ...(config.languageDim > 0 ? { languageDim: config.languageDim, words: config.words } : {}),
        fingerprint,
      },
      workingMb: cut3rWorkingMb(config),
    },
    graphs,
    options,
  );
}

/** Numbers that the model uses; second names of one tensor are not counted again. */
export function parameterCount({ tensors }: TensorSource): number {
  let count = 0;
  for (const [name, { shape }] of tensors)
    if (!/\.scratch\.layer_rn\.\d\./.test(name)) count += shape.reduce((product, n) => product * n, 1);
  return count;
}

/** MB in the largest moments of one step: the wide MLP of the encoder, and for DPT two maps of 128 channels at full size. */
export function cut3rWorkingMb({ head, sizePx, patchPx, encoder }: Cut3rConfig): number {
  const pixels = head === 'dpt' ? sizePx * sizePx * 0.75 : sizePx * sizePx;
  const tokens = pixels / patchPx ** 2;
  const transformer = tokens * (encoder.hidden * 3 + encoder.channels * 8) * 4;
  const dpt = head === 'dpt' ? pixels * 128 * 4 * 3 : 0;
  return 60 + Math.max(transformer, dpt) / 1e6;
}
