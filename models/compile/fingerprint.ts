// Tells checkpoints apart, whatever their files are called.

import { createHash } from 'node:crypto';
import { isFloat, type TensorSource } from './tensor-source.ts';

/** Names, shapes, and the numbers of every fiftieth tensor: enough to tell checkpoints apart without reading gigabytes. */
export async function fingerprintOf(source: TensorSource): Promise<string> {
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
