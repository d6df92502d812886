// Tiny language networks of the fixtures with a row for every token of the real vocabulary, so that any word can be asked.

import { readFile, writeFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors } from '../../projects/format/safetensors.ts';

/** Fixture and name of its table of tokens. */
const networks = {
  CLIP: ['clip-tiny/openclip.safetensors', 'token_embedding.weight'],
  LSeg: ['lseg-tiny/lseg.safetensors', 'net.clip_pretrained.token_embedding.weight'],
} as const;

/** Writes the checkpoint to `path`. */
export async function writeWithWholeVocabulary(network: keyof typeof networks, path: string): Promise<void> {
  const [fixture, table] = networks[network];
  const file = new URL(`../fixtures/models/${fixture}`, import.meta.url);
  const tensors = Object.fromEntries(decodeSafetensors(await readFile(file)).tensors);
  const data = Float32Array.from({ length: 49408 * 64 }, (_, i) => Math.sin(i * 12.9898) * 0.3);
  tensors[table] = { dtype: 'F32', shape: [49408, 64], data };
  await writeFile(path, encodeSafetensors(tensors));
}
