// Sets of rows (taken away by edits, or selected) as one bit texture a chunk: the point shader looks its row up, and no point data is touched.

import { DataTexture, NearestFilter, RedIntegerFormat, UnsignedByteType } from 'three';
import type { RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId } from '../../projects/format/scene.ts';

/** Bytes in a row of the texture; the shader knows its logarithm. */
export const rowsWidthLog2 = 11;

export interface RowTexture {
  texture: DataTexture;
  /** Rows from here on are not in the set. */
  count: number;
}

export function textureOf(bits: RowBits): RowTexture {
  const width = 2 ** rowsWidthLog2;
  const height = Math.max(1, Math.ceil(bits.length / width));
  const data = new Uint8Array(width * height);
  data.set(bits);
  const texture = new DataTexture(data, width, height, RedIntegerFormat, UnsignedByteType);
  texture.internalFormat = 'R8UI';
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return { texture, count: 8 * bits.length };
}

/** Textures of the chunks that have rows in a set; those that are as they were are kept. */
export class RowTextures {
  readonly none: RowTexture = textureOf(new Uint8Array(0));
  private held = new Map<ChunkId, { bits: RowBits; rows: RowTexture }>();

  set(rowsOf: ReadonlyMap<ChunkId, RowBits>): void {
    const next = new Map<ChunkId, { bits: RowBits; rows: RowTexture }>();
    for (const [id, bits] of rowsOf) {
      const known = this.held.get(id);
      next.set(id, known && sameBits(known.bits, bits) ? known : { bits, rows: textureOf(bits) });
    }
    for (const [id, { rows }] of this.held) if (next.get(id)?.rows !== rows) rows.texture.dispose();
    this.held = next;
  }

  of(id: ChunkId): RowTexture {
    return this.held.get(id)?.rows ?? this.none;
  }

  dispose(): void {
    this.set(new Map());
    this.none.texture.dispose();
  }
}

const sameBits = (a: RowBits, b: RowBits): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);
