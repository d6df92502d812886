// The sizes and modes of a CUT3R checkpoint: shapes tell most, the constructor expression the rest, official defaults what both leave open.

import { StudioFailure } from '../../projects/format/result.ts';
import { parseConstructor, type Literal } from './expression.ts';
import type { TensorSource } from './tensor-source.ts';

export interface Cut3rConfig {
  /** `composed` is ours (models/train): depth and focal length make the points. */
  head: 'linear' | 'dpt' | 'composed';
  patchPx: number;
  /** Long side (dpt) or both sides (linear) of the pictures it was trained on. */
  sizePx: number;
  encoder: { channels: number; depth: number; heads: number; hidden: number };
  rayEncoder: { depth: number; heads: number; hidden: number };
  decoder: { channels: number; depth: number; heads: number; hidden: number };
  stateHeads: number;
  stateHidden: number;
  memoryHeads: number;
  memoryHidden: number;
  stateTokens: number;
  /** Columns of the grid that state tokens sit on. */
  stateColumns: number;
  memorySlots: number;
  ropeBase: number;
  /**
   * The official photo encoder rounds queries and keys to half precision before it turns them, even in a float32 run; the ray-map encoder
   * and the decoders do not, nor does DUSt3R. Found by measuring: the golden features agree to 5e-5 with it and to 3e-4 without.
   */
  halfQueries: boolean;
  /** Channels of the language map; 0: the checkpoint has none. */
  languageDim: number;
  gaussians: boolean;
  /** `word:row|word:row…`, synonyms share a row; empty without a language map. */
  words: string;
  wordRows: number;
}

const refuse = (name: string, reason: string): StudioFailure =>
  new StudioFailure('checkpoint-unsupported', { name, reason });

/** @throws StudioFailure 'checkpoint-unsupported' with the reason */
export function readCut3rConfig(source: TensorSource, fileName: string): Cut3rConfig {
  const { tensors } = source;
  const shape = (name: string): readonly number[] => {
    const info = tensors.get(name);
    if (!info) throw refuse(fileName, `the tensor ${name} is missing.`);
    return info.shape;
  };
  const depth = (prefix: string): number => {
    let count = 0;
    while (tensors.has(`${prefix}.${count}.norm1.weight`)) count++;
    if (count === 0) throw refuse(fileName, `the tensor ${prefix}.0.norm1.weight is missing.`);
    return count;
  };
  const options = optionsOf(source, fileName);
  const whole = (name: string, otherwise: number): number => {
    const value = options.get(name) ?? otherwise;
    if (!Number.isInteger(value) || (value as number) < 1) throw refuse(fileName, `its ${name} is not a number.`);
    return value as number;
  };
  const mode = (name: string, wanted: readonly Literal[]): void => {
    const value = options.get(name);
    if (value !== undefined && JSON.stringify(bounds(value)) !== JSON.stringify(bounds(wanted)))
      throw refuse(fileName, `its ${name} is ${JSON.stringify(bounds(value))}, which is not the official one.`);
  };
  mode('depth_mode', ['exp', -Infinity, Infinity]);
  mode('conf_mode', ['exp', 1, Infinity]);
  mode('pose_mode', ['exp', -Infinity, Infinity]);
  mode('state_pe', '2d' as unknown as readonly Literal[]);

  const head = headOf(tensors);
  const [channels, , patchPx] = shape('patch_embed.proj.weight');
  const decoderChannels = shape('decoder_embed.weight')[0];
  const stateTokens = shape('register_tokens.weight')[0];
  const decoderHeads = whole('dec_num_heads', 12);
  const encoderHeads = whole('enc_num_heads', 16);
  const size = options.get('img_size');
  const side = Math.floor(Math.sqrt(stateTokens));
  const config: Cut3rConfig = {
    head,
    patchPx,
    sizePx:
      Array.isArray(size) && Number.isInteger(size[0]) ? Math.max(...(size as number[])) : head === 'dpt' ? 512 : 224,
    encoder: {
      channels,
      depth: depth('enc_blocks'),
      heads: encoderHeads,
      hidden: shape('enc_blocks.0.mlp.fc1.weight')[0],
    },
    rayEncoder: {
      depth: depth('enc_blocks_ray_map'),
      // The official code fixes this number; only other builds name it.
      heads: whole('ray_enc_num_heads', 16),
      hidden: shape('enc_blocks_ray_map.0.mlp.fc1.weight')[0],
    },
    decoder: {
      channels: decoderChannels,
      depth: depth('dec_blocks'),
      heads: decoderHeads,
      hidden: shape('dec_blocks.0.mlp.fc1.weight')[0],
    },
    stateHeads: whole('state_dec_num_heads', 16),
    stateHidden: shape('dec_blocks_state.0.mlp.fc1.weight')[0],
    memoryHeads: decoderHeads,
    memoryHidden: shape('pose_retriever.read_blocks.0.mlp.fc1.weight')[0],
    stateTokens,
    stateColumns: side % 2 === 0 ? side : side + 1,
    memorySlots: shape('pose_retriever.mem')[1],
    ropeBase: ropeBaseOf(options.get('pos_embed') ?? 'RoPE100', fileName),
    halfQueries: head !== 'composed',
    languageDim: tensors.get('text_space.vectors')?.shape[1] ?? 0,
    gaussians: tensors.has('gaussian_head.fc2.weight'),
    words: String(options.get('words') ?? ''),
    wordRows: tensors.get('text_space.vectors')?.shape[0] ?? 0,
  };
  const heads: [string, number, number][] = [
    ['encoder', channels, encoderHeads],
    ['decoder', decoderChannels, decoderHeads],
    ['state decoder', decoderChannels, config.stateHeads],
  ];
  for (const [part, width, count] of heads)
    if (width % (count * 4) !== 0) throw refuse(fileName, `its ${part} of width ${width} cannot have ${count} heads.`);
  if (patchPx !== 16) throw refuse(fileName, `its patches are ${patchPx} pixels wide, not 16.`);
  return config;
}

function headOf(tensors: TensorSource['tensors']): Cut3rConfig['head'] {
  if (tensors.has('downstream_head.dpt_self.head.0.weight')) return 'dpt';
  return tensors.has('downstream_head.focal_head.mlp.fc1.weight') ? 'composed' : 'linear';
}

function optionsOf({ expression }: TensorSource, fileName: string): ReadonlyMap<string, Literal> {
  if (expression === null) return new Map();
  try {
    return parseConstructor(expression).options;
  } catch (thrown) {
    throw refuse(fileName, `its description cannot be read (${(thrown as Error).message})`);
  }
}

/** JSON knows no infinity. */
const bounds = (value: Literal): Literal =>
  Array.isArray(value) ? value.map(bounds) : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value;

function ropeBaseOf(value: Literal, fileName: string): number {
  const base = /^RoPE(\d+)$/.exec(String(value))?.[1];
  if (!base) throw refuse(fileName, `its position embedding ${String(value)} is not RoPE.`);
  return Number(base);
}
