// Makes models/zoo/tiny-recurrent: a CUT3R of random weights, small enough for tests of the whole chain. `node models/compile/build-tiny-recurrent.ts`
//
// Its geometry is nonsense by design, but finite, in front of the camera, and different for every photo.

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compileCut3r } from './cut3r-pack.ts';
import { cut3rLinearShapes } from './cut3r-shapes.ts';
import { randomSource } from './random-source.ts';

const folder = fileURLToPath(new URL('../zoo/tiny-recurrent', import.meta.url));
const shapes = cut3rLinearShapes({
  encoder: { channels: 16, depth: 1, hidden: 32 },
  rayDepth: 1,
  decoder: { channels: 16, depth: 2, hidden: 32 },
  headHidden: 12,
  stateTokens: 20,
  memorySlots: 8,
});
const expression =
  "ARCroco3DStereo(ARCroco3DStereoConfig(img_size=(224, 224), head_type='linear', enc_num_heads=2, ray_enc_num_heads=2, dec_num_heads=2, state_dec_num_heads=4))";

/** Points lie around depth e − 1, poses near the first camera. */
function tame(name: string, data: Float32Array): void {
  if (/downstream_head\.(proj|cross_proj|pose_head\.mlp)\.fc2\.weight/.test(name))
    for (let i = 0; i < data.length; i++) data[i] *= 0.2;
  // Channel c of pixel p of a patch is row c·256 + p.
  if (/downstream_head\.(proj|cross_proj)\.fc2\.bias/.test(name)) data.fill(1, 512, 768);
  if (name === 'downstream_head.pose_head.mlp.fc2.bias') data[3] = 1;
}

await rm(folder, { recursive: true, force: true });
await compileCut3r(randomSource(shapes, expression, tame), 'tiny-recurrent', folder, {
  id: 'tiny-recurrent',
  name: 'Tiny recurrent (test)',
  licence: { id: 'MIT', name: 'MIT', url: null, mustAccept: false },
  precision: 'float32',
  fingerprint: 'random',
});
