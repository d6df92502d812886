// Which kind of network a checkpoint holds, told by the names of its tensors, and how it becomes a pack.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { buildClip, clipLicence, clipWorkingMb, compileClip, type Activation } from './clip.ts';
import { isClip } from './clip-names.ts';
import { buildDa3, compileDa3, da3Licence, da3Size, da3Views, isDa3 } from './da3.ts';
import { buildDust3r, compileDust3r, dust3rLicence, isDust3r, pairWorkingMb, splatt3rLicence } from './dust3r.ts';
import { fingerprintOf } from './fingerprint.ts';
import { buildFast3r, compileFast3r, fast3rLicence, fast3rViews, isFast3r } from './fast3r.ts';
import { buildLseg, compileLseg, isLseg, lsegLicence, lsegWorkingMb } from './lseg.ts';
import { buildPi3, compilePi3, isPi3, pi3Licence, pi3Views } from './pi3.ts';
import { buildVggt, compileVggt, isVggt, vggtLicence, vggtViews } from './vggt.ts';
import {
  buildCut3r,
  compileCut3r,
  cut3rLicence,
  cut3rWorkingMb,
  ownLicence,
  parameterCount,
  type PackIdentity,
} from './cut3r-pack.ts';
import { packMemoryMb, weightBytes, type CompileOptions } from './pack-writer.ts';
import type { TensorSource } from './tensor-source.ts';
import { precisions, type Precision } from '../../projects/format/precision.ts';
import type { BuiltGraph } from './built-graph.ts';
import { viewsWorkingMb } from './views-memory.ts';

/** What a file is, before anything is written. */
export interface CheckpointFacts {
  family: string;
  /** For example `cut3r-512-dpt`. */
  id: string;
  name: string;
  kind: Manifest['kind'];
  licence: Manifest['licence'];
  parameters: number;
  /** Bytes of the pack that will be written. */
  packBytes: number;
  /** What its manifest will say it needs: weights and the working memory of one step. */
  memoryMb: number;
  /** The same for the same weights, whatever the file is called. */
  fingerprint: string;
}

interface Description extends Pick<CheckpointFacts, 'id' | 'name' | 'kind' | 'licence'> {
  graphs: Readonly<Record<string, BuiltGraph>>;
  workingMb: number;
}

/** One kind of network: how its files are recognised, described and compiled. */
interface Family {
  family: string;
  holds(source: TensorSource): boolean;
  /** What its packs can be written in. */
  precisions: readonly Precision[];
  /** Builds the graphs, which checks every name and shape. @throws StudioFailure 'checkpoint-unsupported' */
  describe(source: TensorSource, fileName: string, precision: Precision): Description;
  compile(
    source: TensorSource,
    fileName: string,
    folder: string,
    identity: PackIdentity,
    options: CompileOptions,
  ): Promise<Manifest>;
}

// Eight bits are for recurrent networks: pairs of DUSt3R came out twice as far off, and nobody has measured the others.
const floatPrecisions = ['float32', 'float16'] as const;
const idOf = (precision: Precision): string => ({ float32: '', float16: '-f16', int8: '-i8' })[precision];
const nameOf = (precision: Precision): string =>
  ({ float32: '', float16: ', half precision', int8: ', eight bits' })[precision];

const cut3r: Family = {
  family: 'cut3r',
  holds: ({ tensors }) => tensors.has('pose_retriever.mem') && tensors.has('register_tokens.weight'),
  precisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildCut3r(source, fileName, precision);
    const common = { kind: 'recurrent', graphs, workingMb: cut3rWorkingMb(config) } as const;
    if (config.head === 'composed')
      return {
        ...common,
        id: `permanence-${config.sizePx}${idOf(precision)}`,
        name: `Permanence ${config.sizePx}${nameOf(precision)}`,
        licence: ownLicence,
      };
    return {
      ...common,
      id: `cut3r-${config.sizePx}-${config.head}${idOf(precision)}`,
      name: `CUT3R ${config.sizePx} ${config.head === 'dpt' ? 'DPT' : 'linear'}${nameOf(precision)}`,
      licence: cut3rLicence,
    };
  },
  compile: compileCut3r,
};

const clip: Family = {
  family: 'clip',
  holds: isClip,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { names, graphs } = buildClip(source, fileName, precision, activationOf(source, fileName));
    const size = names.vision.channels >= 1024 ? 'L' : 'B';
    return {
      id: `clip-${size.toLowerCase()}-${names.patchPx}${idOf(precision)}`,
      name: `CLIP ViT-${size}/${names.patchPx}${nameOf(precision)}`,
      kind: 'language',
      licence: clipLicence,
      graphs,
      workingMb: clipWorkingMb(names),
    };
  },
  compile: (source, fileName, folder, identity, options) =>
    compileClip(source, fileName, folder, identity, activationOf(source, fileName), options),
};

const lseg: Family = {
  family: 'lseg',
  holds: isLseg,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildLseg(source, fileName, precision);
    const size = config.channels >= 1024 ? 'L' : 'B';
    return {
      id: `lseg-${size.toLowerCase()}-${config.patchPx}${idOf(precision)}`,
      name: `LSeg ViT-${size}/${config.patchPx}${nameOf(precision)}`,
      kind: 'language',
      licence: lsegLicence,
      graphs,
      workingMb: lsegWorkingMb(config),
    };
  },
  compile: compileLseg,
};

const dust3r: Family = {
  family: 'dust3r',
  holds: isDust3r,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildDust3r(source, fileName, precision);
    const [id, name] = config.gaussians
      ? ['splatt3r', 'Splatt3R']
      : config.descriptors
        ? ['mast3r', 'MASt3R']
        : ['dust3r', 'DUSt3R'];
    return {
      id: `${id}-${config.sizePx}-${config.head}${idOf(precision)}`,
      name: `${name} ${config.sizePx} ${config.head === 'dpt' ? 'DPT' : 'linear'}${nameOf(precision)}`,
      kind: 'pairwise',
      licence: config.gaussians ? splatt3rLicence : dust3rLicence,
      graphs,
      workingMb: pairWorkingMb,
    };
  },
  compile: compileDust3r,
};

const vggt: Family = {
  family: 'vggt',
  holds: isVggt,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildVggt(source, fileName, precision);
    return {
      id: `vggt-${config.sizePx}${idOf(precision)}`,
      name: `VGGT ${config.sizePx}${nameOf(precision)}`,
      kind: 'multi-view',
      licence: vggtLicence,
      graphs,
      workingMb: viewsWorkingMb(vggtViews(config)),
    };
  },
  compile: compileVggt,
};

const fast3r: Family = {
  family: 'fast3r',
  holds: isFast3r,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildFast3r(source, fileName, precision);
    return {
      id: `fast3r-512${idOf(precision)}`,
      name: `Fast3R 512${nameOf(precision)}`,
      kind: 'multi-view',
      licence: fast3rLicence,
      graphs,
      workingMb: viewsWorkingMb(fast3rViews(config)),
    };
  },
  compile: compileFast3r,
};

const da3: Family = {
  family: 'da3',
  holds: isDa3,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildDa3(source, fileName, precision);
    return {
      id: `da3-${da3Size(config)}${idOf(precision)}`,
      name: `Depth Anything 3 ${da3Size(config)}${nameOf(precision)}`,
      kind: 'multi-view',
      licence: da3Licence(config),
      graphs,
      workingMb: viewsWorkingMb(da3Views(config)),
    };
  },
  compile: compileDa3,
};

const pi3: Family = {
  family: 'pi3',
  holds: isPi3,
  precisions: floatPrecisions,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildPi3(source, fileName, precision);
    return {
      id: `pi3${idOf(precision)}`,
      name: `Pi3${nameOf(precision)}`,
      kind: 'multi-view',
      licence: pi3Licence,
      graphs,
      workingMb: viewsWorkingMb(pi3Views(config)),
    };
  },
  compile: compilePi3,
};

const families: readonly Family[] = [cut3r, dust3r, vggt, fast3r, da3, pi3, lseg, clip];

/** Files in the layout of transformers are OpenAI's own unless they say otherwise; OpenCLIP trained with the exact GELU. */
function activationOf({ tensors }: TensorSource, fileName: string): Activation {
  if (/openai|quickgelu|dfn|metaclip/i.test(fileName)) return 'quick-gelu';
  if (/laion|datacomp|open_clip/i.test(fileName)) return 'gelu';
  return tensors.has('visual.conv1.weight') ? 'gelu' : 'quick-gelu';
}

/** @throws StudioFailure 'checkpoint-unsupported' when it is another network, or one with missing or strange tensors */
export async function describeCheckpoint(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): Promise<CheckpointFacts> {
  const found = familyOf(source, fileName);
  if (!found.precisions.includes(precision))
    throw new StudioFailure('checkpoint-unsupported', {
      name: fileName,
      reason: 'eight bits are for recurrent networks only; leave the precision at float32 or float16.',
    });
  const { graphs, workingMb, ...named } = found.describe(source, fileName, precision);
  const packBytes = weightBytes(graphs);
  return {
    family: found.family,
    ...named,
    packBytes,
    memoryMb: packMemoryMb(packBytes, workingMb),
    parameters: parameterCount(source),
    fingerprint: await fingerprintOf(source),
  };
}

/** In which numbers such a checkpoint can be compiled. @throws StudioFailure 'checkpoint-unsupported' */
export const precisionsOf = (source: TensorSource, fileName: string): readonly Precision[] =>
  familyOf(source, fileName).precisions;

function familyOf(source: TensorSource, fileName: string): Family {
  const found = families.find((family) => family.holds(source));
  if (!found)
    throw new StudioFailure('checkpoint-unsupported', { name: fileName, reason: unknownReason(source.tensors) });
  return found;
}

/** Compiles into `folder`, which must not exist. */
export function compileCheckpoint(
  source: TensorSource,
  fileName: string,
  folder: string,
  facts: CheckpointFacts & { precision: Precision },
  options: CompileOptions,
): Promise<Manifest> {
  const found = families.find(({ family }) => family === facts.family);
  if (!found) throw new StudioFailure('checkpoint-unsupported', { name: fileName, reason: 'no compiler takes it.' });
  const { id, name, licence, precision, fingerprint } = facts;
  return found.compile(source, fileName, folder, { id, name, licence, precision, fingerprint }, options);
}

function unknownReason(tensors: TensorSource['tensors']): string {
  if ([...tensors.keys()].some((name) => name.startsWith('point_transformer.')))
    return 'it is LSM, whose sparse point transformer needs CUDA operators that no pack can hold; add the two networks it stands on instead, DUSt3R 512 DPT and LSeg (demo_e200.ckpt): with them the studio’s own fusion makes the searchable splats, of any number of photos.';
  const [first] = tensors.keys();
  return `its ${tensors.size} tensors (${first}, …) belong to no network that is known here.`;
}
