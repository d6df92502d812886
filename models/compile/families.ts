// Which kind of network a checkpoint holds, told by the names of its tensors, and how it becomes a pack.

import { createHash } from 'node:crypto';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from '../run/manifest.ts';
import { buildClip, clipLicence, compileClip, type Activation } from './clip.ts';
import { isClip } from './clip-names.ts';
import { buildDa3, compileDa3, da3Licence, da3Size, isDa3 } from './da3.ts';
import { buildDust3r, compileDust3r, dust3rLicence, isDust3r, splatt3rLicence } from './dust3r.ts';
import { buildFast3r, compileFast3r, fast3rLicence, isFast3r } from './fast3r.ts';
import { buildLseg, compileLseg, isLseg, lsegLicence } from './lseg.ts';
import { buildPi3, compilePi3, isPi3, pi3Licence } from './pi3.ts';
import { buildVggt, compileVggt, isVggt, vggtLicence } from './vggt.ts';
import { buildCut3r, compileCut3r, cut3rLicence, ownLicence, parameterCount, type PackIdentity } from './cut3r-pack.ts';
import type { CompileOptions } from './pack-writer.ts';
import { isFloat, type TensorSource } from './tensor-source.ts';
import type { Precision } from '../../projects/format/precision.ts';

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
  /** The same for the same weights, whatever the file is called. */
  fingerprint: string;
}

type Description = Pick<CheckpointFacts, 'id' | 'name' | 'kind' | 'licence' | 'packBytes'>;

/** One kind of network: how its files are recognised, described and compiled. */
interface Family {
  family: string;
  holds(source: TensorSource): boolean;
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

const idOf = (precision: Precision): string => ({ float32: '', float16: '-f16', int8: '-i8' })[precision];
const nameOf = (precision: Precision): string =>
  ({ float32: '', float16: ', half precision', int8: ', eight bits' })[precision];

const cut3r: Family = {
  family: 'cut3r',
  holds: ({ tensors }) => tensors.has('pose_retriever.mem') && tensors.has('register_tokens.weight'),
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildCut3r(source, fileName, precision);
    if (config.head === 'composed')
      return {
        id: `permanence-${config.sizePx}${idOf(precision)}`,
        name: `Permanence ${config.sizePx}${nameOf(precision)}`,
        kind: 'recurrent',
        licence: ownLicence,
        packBytes: bytesOf(graphs),
      };
    return {
      id: `cut3r-${config.sizePx}-${config.head}${idOf(precision)}`,
      name: `CUT3R ${config.sizePx} ${config.head === 'dpt' ? 'DPT' : 'linear'}${nameOf(precision)}`,
      kind: 'recurrent',
      licence: cut3rLicence,
      packBytes: bytesOf(graphs),
    };
  },
  compile: compileCut3r,
};

const clip: Family = {
  family: 'clip',
  holds: isClip,
  describe: (source, fileName, precision) => {
    const { names, graphs } = buildClip(source, fileName, precision, activationOf(source, fileName));
    const size = names.vision.channels >= 1024 ? 'L' : 'B';
    return {
      id: `clip-${size.toLowerCase()}-${names.patchPx}${idOf(precision)}`,
      name: `CLIP ViT-${size}/${names.patchPx}${nameOf(precision)}`,
      kind: 'language',
      licence: clipLicence,
      packBytes: bytesOf(graphs),
    };
  },
  compile: (source, fileName, folder, identity, options) =>
    compileClip(source, fileName, folder, identity, activationOf(source, fileName), options),
};

const lseg: Family = {
  family: 'lseg',
  holds: isLseg,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildLseg(source, fileName, precision);
    const size = config.channels >= 1024 ? 'L' : 'B';
    return {
      id: `lseg-${size.toLowerCase()}-${config.patchPx}${idOf(precision)}`,
      name: `LSeg ViT-${size}/${config.patchPx}${nameOf(precision)}`,
      kind: 'language',
      licence: lsegLicence,
      packBytes: bytesOf(graphs),
    };
  },
  compile: compileLseg,
};

const dust3r: Family = {
  family: 'dust3r',
  holds: isDust3r,
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
      packBytes: bytesOf(graphs),
    };
  },
  compile: compileDust3r,
};

const vggt: Family = {
  family: 'vggt',
  holds: isVggt,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildVggt(source, fileName, precision);
    return {
      id: `vggt-${config.sizePx}${idOf(precision)}`,
      name: `VGGT ${config.sizePx}${nameOf(precision)}`,
      kind: 'multi-view',
      licence: vggtLicence,
      packBytes: bytesOf(graphs),
    };
  },
  compile: compileVggt,
};

const fast3r: Family = {
  family: 'fast3r',
  holds: isFast3r,
  describe: (source, fileName, precision) => ({
    id: `fast3r-512${idOf(precision)}`,
    name: `Fast3R 512${nameOf(precision)}`,
    kind: 'multi-view',
    licence: fast3rLicence,
    packBytes: bytesOf(buildFast3r(source, fileName, precision).graphs),
  }),
  compile: compileFast3r,
};

const da3: Family = {
  family: 'da3',
  holds: isDa3,
  describe: (source, fileName, precision) => {
    const { config, graphs } = buildDa3(source, fileName, precision);
    return {
      id: `da3-${da3Size(config)}${idOf(precision)}`,
      name: `Depth Anything 3 ${da3Size(config)}${nameOf(precision)}`,
      kind: 'multi-view',
      licence: da3Licence(config),
      packBytes: bytesOf(graphs),
    };
  },
  compile: compileDa3,
};

const pi3: Family = {
  family: 'pi3',
  holds: isPi3,
  describe: (source, fileName, precision) => ({
    id: `pi3${idOf(precision)}`,
    name: `Pi3${nameOf(precision)}`,
    kind: 'multi-view',
    licence: pi3Licence,
    packBytes: bytesOf(buildPi3(source, fileName, precision).graphs),
  }),
  compile: compilePi3,
};

const families: readonly Family[] = [cut3r, dust3r, vggt, fast3r, da3, pi3, lseg, clip];

/** Files in the layout of transformers are OpenAI's own unless they say otherwise; OpenCLIP trained with the exact GELU. */
function activationOf({ tensors }: TensorSource, fileName: string): Activation {
  if (/openai|quickgelu|dfn|metaclip/i.test(fileName)) return 'quick-gelu';
  if (/laion|datacomp|open_clip/i.test(fileName)) return 'gelu';
  return tensors.has('visual.conv1.weight') ? 'gelu' : 'quick-gelu';
}

const bytesOf = (graphs: Readonly<Record<string, { weights: { byteLength: number } }>>): number =>
  Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0);

/** @throws StudioFailure 'checkpoint-unsupported' when it is another network, or one with missing or strange tensors */
export async function describeCheckpoint(
  source: TensorSource,
  fileName: string,
  precision: Precision,
): Promise<CheckpointFacts> {
  const found = families.find((family) => family.holds(source));
  if (!found)
    throw new StudioFailure('checkpoint-unsupported', { name: fileName, reason: unknownReason(source.tensors) });
  // Pairs of DUSt3R came out twice as far off, and nobody has measured the others.
  if (precision === 'int8' && found.family !== cut3r.family)
    throw new StudioFailure('checkpoint-unsupported', {
      name: fileName,
      reason: 'eight bits are for recurrent networks only; leave the precision at float32 or float16.',
    });
  return {
    family: found.family,
    ...found.describe(source, fileName, precision),
    parameters: parameterCount(source),
    fingerprint: await fingerprintOf(source),
  };
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

/** Names, shapes, and the numbers of every fiftieth tensor: enough to tell checkpoints apart without reading gigabytes. */
async function fingerprintOf(source: TensorSource): Promise<string> {
  const hash = createHash('sha256');
  const names = [...source.tensors.keys()].sort();
  for (const [idx, name] of names.entries()) {
    const { shape = [], dtype = 'U8' } = source.tensors.get(name) ?? {};
    hash.update(`${name}:${shape.join('x')}\n`);
    if (idx % 50 === 0 && isFloat(dtype)) {
      const data = await source.read(name);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, Math.min(data.byteLength, 65_536)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
