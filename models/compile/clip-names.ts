// What the tensors of CLIP are called: in files of OpenCLIP (and OpenAI's own state dict), and in files of transformers.

import { StudioFailure } from '../../projects/format/result.ts';
import type { TensorSource } from './tensor-source.ts';

/** One affine layer: where its weight and bias are, and which rows of them. */
export interface AffineNames {
  weight: string;
  bias: string;
  /** First row, where q, k and v are stored as one matrix. */
  firstRow: number;
  /** Rows of the stored matrix. */
  storedRows: number;
}

export interface TowerNames {
  block(i: number): {
    norm1: string;
    norm2: string;
    q: AffineNames;
    k: AffineNames;
    v: AffineNames;
    out: AffineNames;
    fc1: string;
    fc2: string;
  };
  depth: number;
  channels: number;
  hidden: number;
}

export interface ClipNames {
  layout: 'openclip' | 'transformers';
  vision: TowerNames & {
    classToken: string;
    patches: string;
    positions: string;
    normBefore: string;
    normAfter: string;
    projection: string;
  };
  text: TowerNames & { tokens: string; positions: string; normAfter: string; projection: string };
  /** Length of the common space. */
  dim: number;
  patchPx: number;
  /** Patches along one side of the pictures it was trained on. */
  gridSide: number;
}

export const isClip = ({ tensors }: TensorSource): boolean =>
  tensors.has('visual.transformer.resblocks.0.ln_1.weight') ||
  tensors.has('vision_model.encoder.layers.0.layer_norm1.weight');

/** @throws StudioFailure 'checkpoint-unsupported' */
export function clipNames(source: TensorSource, fileName: string): ClipNames {
  const layout = source.tensors.has('visual.transformer.resblocks.0.ln_1.weight') ? 'openclip' : 'transformers';
  const shapeOf = shapesOf(source, fileName);
  const count = (prefix: string): number => blocksOf(source, prefix);
  if (layout === 'openclip') {
    const vision = openClipTower('visual.transformer.resblocks', count('visual.transformer.resblocks'), shapeOf);
    return {
      ...openClipText(source, fileName, ''),
      vision: {
        ...vision,
        classToken: 'visual.class_embedding',
        patches: 'visual.conv1.weight',
        positions: 'visual.positional_embedding',
        normBefore: 'visual.ln_pre',
        normAfter: 'visual.ln_post',
        projection: 'visual.proj',
      },
      patchPx: shapeOf('visual.conv1.weight')[2],
      gridSide: Math.round(Math.sqrt(shapeOf('visual.positional_embedding')[0] - 1)),
    };
  }
  const vision = transformersTower('vision_model.encoder.layers', count('vision_model.encoder.layers'), shapeOf);
  const text = transformersTower('text_model.encoder.layers', count('text_model.encoder.layers'), shapeOf);
  const positions = 'vision_model.embeddings.position_embedding.weight';
  return {
    layout,
    vision: {
      ...vision,
      classToken: 'vision_model.embeddings.class_embedding',
      patches: 'vision_model.embeddings.patch_embedding.weight',
      positions,
      // The name is misspelt in every such file.
      normBefore: 'vision_model.pre_layrnorm',
      normAfter: 'vision_model.post_layernorm',
      projection: 'visual_projection.weight',
    },
    text: {
      ...text,
      tokens: 'text_model.embeddings.token_embedding.weight',
      positions: 'text_model.embeddings.position_embedding.weight',
      normAfter: 'text_model.final_layer_norm',
      projection: 'text_projection.weight',
    },
    dim: shapeOf('text_projection.weight')[0],
    patchPx: shapeOf('vision_model.embeddings.patch_embedding.weight')[2],
    gridSide: Math.round(Math.sqrt(shapeOf(positions)[0] - 1)),
  };
}

/** The text side of OpenAI's and OpenCLIP's files. @param prefix before every name, for networks that hold a CLIP. @throws StudioFailure 'checkpoint-unsupported' */
export function openClipText(
  source: TensorSource,
  fileName: string,
  prefix: string,
): Pick<ClipNames, 'text' | 'dim'> & { layout: 'openclip' } {
  const shapeOf = shapesOf(source, fileName);
  const tower = `${prefix}transformer.resblocks`;
  return {
    layout: 'openclip',
    text: {
      ...openClipTower(tower, blocksOf(source, tower), shapeOf),
      tokens: `${prefix}token_embedding.weight`,
      positions: `${prefix}positional_embedding`,
      normAfter: `${prefix}ln_final`,
      projection: `${prefix}text_projection`,
    },
    dim: shapeOf(`${prefix}text_projection`)[1],
  };
}

/** Shapes by name. @throws StudioFailure 'checkpoint-unsupported' from the function returned */
export function shapesOf({ tensors }: TensorSource, fileName: string): (name: string) => readonly number[] {
  return (name) => {
    const info = tensors.get(name);
    if (!info)
      throw new StudioFailure('checkpoint-unsupported', { name: fileName, reason: `1 tensor missing: ${name}.` });
    return info.shape;
  };
}

/** Numbers that follow a prefix, from zero: how many blocks a tower has. */
export function blocksOf({ tensors }: TensorSource, prefix: string): number {
  let count = 0;
  for (const name of tensors.keys())
    if (name.startsWith(`${prefix}.`)) count = Math.max(count, 1 + Number.parseInt(name.slice(prefix.length + 1), 10));
  return count;
}

function openClipTower(prefix: string, depth: number, shapeOf: (name: string) => readonly number[]): TowerNames {
  const [hidden, channels] = shapeOf(`${prefix}.0.mlp.c_fc.weight`);
  return {
    depth,
    channels,
    hidden,
    block: (i) => {
      const at = `${prefix}.${i}`;
      const part = (idx: number): AffineNames => ({
        weight: `${at}.attn.in_proj_weight`,
        bias: `${at}.attn.in_proj_bias`,
        firstRow: idx * channels,
        storedRows: 3 * channels,
      });
      const out = affine(`${at}.attn.out_proj`, channels);
      return {
        norm1: `${at}.ln_1`,
        norm2: `${at}.ln_2`,
        q: part(0),
        k: part(1),
        v: part(2),
        out,
        fc1: `${at}.mlp.c_fc`,
        fc2: `${at}.mlp.c_proj`,
      };
    },
  };
}

function transformersTower(prefix: string, depth: number, shapeOf: (name: string) => readonly number[]): TowerNames {
  const [hidden, channels] = shapeOf(`${prefix}.0.mlp.fc1.weight`);
  return {
    depth,
    channels,
    hidden,
    block: (i) => {
      const at = `${prefix}.${i}`;
      const [q, k, v, out] = ['q', 'k', 'v', 'out'].map((name) => affine(`${at}.self_attn.${name}_proj`, channels));
      return {
        norm1: `${at}.layer_norm1`,
        norm2: `${at}.layer_norm2`,
        q,
        k,
        v,
        out,
        fc1: `${at}.mlp.fc1`,
        fc2: `${at}.mlp.fc2`,
      };
    },
  };
}

const affine = (prefix: string, rows: number): AffineNames => ({
  weight: `${prefix}.weight`,
  bias: `${prefix}.bias`,
  firstRow: 0,
  storedRows: rows,
});
