// Names and shapes of every tensor of a CUT3R checkpoint with a linear head, from its sizes.

export interface Cut3rSizes {
  encoder: { channels: number; depth: number; hidden: number };
  rayDepth: number;
  decoder: { channels: number; depth: number; hidden: number };
  headHidden: number;
  stateTokens: number;
  memorySlots: number;
}

type Shapes = Record<string, number[]>;

function layer(shapes: Shapes, name: string, outputs: number, inputs: number): void {
  shapes[`${name}.weight`] = [outputs, inputs];
  shapes[`${name}.bias`] = [outputs];
}

function norm(shapes: Shapes, name: string, channels: number): void {
  shapes[`${name}.weight`] = [channels];
  shapes[`${name}.bias`] = [channels];
}

function mlp(shapes: Shapes, name: string, inputs: number, hidden: number, outputs: number): void {
  layer(shapes, `${name}.fc1`, hidden, inputs);
  layer(shapes, `${name}.fc2`, outputs, hidden);
}

function attention(shapes: Shapes, name: string, channels: number): void {
  layer(shapes, `${name}.qkv`, 3 * channels, channels);
  layer(shapes, `${name}.proj`, channels, channels);
}

function encoderBlock(shapes: Shapes, name: string, channels: number, hidden: number): void {
  for (const idx of [1, 2]) norm(shapes, `${name}.norm${idx}`, channels);
  attention(shapes, `${name}.attn`, channels);
  mlp(shapes, `${name}.mlp`, channels, hidden, channels);
}

function decoderBlock(shapes: Shapes, name: string, channels: number, hidden: number): void {
  encoderBlock(shapes, name, channels, hidden);
  for (const part of ['norm3', 'norm_y']) norm(shapes, `${name}.${part}`, channels);
  for (const part of ['projq', 'projk', 'projv', 'proj'])
    layer(shapes, `${name}.cross_attn.${part}`, channels, channels);
}

export function cut3rLinearShapes({
  encoder,
  rayDepth,
  decoder,
  headHidden,
  stateTokens,
  memorySlots,
}: Cut3rSizes): Shapes {
  const shapes: Shapes = {};
  const c = decoder.channels;
  shapes.pose_token = [1, 1, c];
  shapes['patch_embed.proj.weight'] = [encoder.channels, 3, 16, 16];
  shapes['patch_embed.proj.bias'] = [encoder.channels];
  shapes['patch_embed_ray_map.proj.weight'] = [encoder.channels, 6, 16, 16];
  shapes['patch_embed_ray_map.proj.bias'] = [encoder.channels];
  for (let i = 0; i < encoder.depth; i++) encoderBlock(shapes, `enc_blocks.${i}`, encoder.channels, encoder.hidden);
  for (let i = 0; i < rayDepth; i++) encoderBlock(shapes, `enc_blocks_ray_map.${i}`, encoder.channels, encoder.hidden);
  for (const name of ['enc_norm', 'enc_norm_ray_map']) norm(shapes, name, encoder.channels);
  for (const side of ['', '_state']) {
    layer(shapes, `decoder_embed${side}`, c, encoder.channels);
    for (let i = 0; i < decoder.depth; i++) decoderBlock(shapes, `dec_blocks${side}.${i}`, c, decoder.hidden);
    norm(shapes, `dec_norm${side}`, c);
  }
  shapes['register_tokens.weight'] = [stateTokens, encoder.channels];
  shapes['pose_retriever.masked_token'] = [1, 1, c];
  shapes['pose_retriever.mem'] = [1, memorySlots, 2 * c];
  layer(shapes, 'pose_retriever.proj_q', c, encoder.channels);
  for (const part of ['write_blocks', 'read_blocks'])
    for (const idx of [0, 1]) decoderBlock(shapes, `pose_retriever.${part}.${idx}`, 2 * c, decoder.hidden * 2);
  const head = 'downstream_head';
  mlp(shapes, `${head}.proj`, c, headHidden, 4 * 256);
  mlp(shapes, `${head}.rgb_proj`, c, headHidden, 3 * 256);
  mlp(shapes, `${head}.cross_proj`, c, headHidden, 4 * 256);
  mlp(shapes, `${head}.pose_head.mlp`, c, headHidden, 7);
  for (const idx of [0, 1]) {
    const name = `${head}.final_transform.${idx}`;
    for (const part of ['norm1', 'norm2']) {
      norm(shapes, `${name}.${part}.norm`, c);
      layer(shapes, `${name}.${part}.mlp.1`, 2 * c, c);
    }
    attention(shapes, `${name}.attn`, c);
    mlp(shapes, `${name}.mlp`, c, decoder.hidden, c);
  }
  return shapes;
}
