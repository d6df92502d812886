// Splats as SPZ version 3: a gzip stream of columns, about a tenth of the PLY.
//
// Layout (README and headers of nianticlabs/spz): 16 bytes header, then all positions (3 × 24-bit fixed point), opacities, colours,
// scales, rotations (smallest three, 10 bits each). Axes are right, up, back: y and z change sign against ours. The columns are written
// in as many passes over the chunks, so that memory stays at one chunk.

import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { StudioFailure } from '../format/result.ts';
import type { Quaternion } from '../format/sim3.ts';
import type { FileSink } from './file-sink.ts';
import { sh0, worldSplat, type WorldSplat } from './splat-row.ts';
import type { VisibleScene } from './visible.ts';

const magic = 0x5053474e;

interface Column {
  bytes: number;
  put: (splat: WorldSplat, bytes: Uint8Array, at: number) => void;
}

const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

function columnsOf(fractionalBits: number): Column[] {
  return [
    {
      bytes: 9,
      put: ({ mean }, bytes, at) =>
        [mean[0], -mean[1], -mean[2]].forEach((value, k) => {
          const fixed = Math.round(value * 2 ** fractionalBits);
          for (let i = 0; i < 3; i++) bytes[at + k * 3 + i] = (fixed >> (8 * i)) & 255;
        }),
    },
    { bytes: 1, put: ({ color }, bytes, at) => (bytes[at] = color[3]) },
    {
      bytes: 3,
      put: ({ color }, bytes, at) => {
        for (let k = 0; k < 3; k++) bytes[at + k] = byte(((color[k] / 255 - 0.5) / sh0) * 0.15 * 255 + 0.5 * 255);
      },
    },
    {
      bytes: 3,
      put: ({ logScale }, bytes, at) => {
        for (let k = 0; k < 3; k++) bytes[at + k] = byte((logScale[k] + 10) * 16);
      },
    },
    {
      bytes: 4,
      put: ({ rotation: [x, y, z, w] }, bytes, at) =>
        new DataView(bytes.buffer).setUint32(at, packQuaternion([x, -y, -z, w]), true),
    },
  ];
}

/** Smallest three: two bits name the largest of x y z w, the others follow with a sign and nine bits of magnitude up to 1/√2. */
export function packQuaternion(q: Quaternion): number {
  let largest = 0;
  for (let k = 1; k < 4; k++) if (Math.abs(q[k]) > Math.abs(q[largest])) largest = k;
  let packed = largest;
  for (let k = 0; k < 4; k++) {
    if (k === largest) continue;
    const negative = q[k] < 0 !== q[largest] < 0 ? 1 : 0;
    const magnitude = Math.min(511, Math.floor(511 * (Math.abs(q[k]) * Math.SQRT2) + 0.5));
    packed = packed * 1024 + negative * 512 + magnitude;
  }
  return packed >>> 0;
}

/** @throws StudioFailure nothing-to-export */
export async function writeSpz(sink: FileSink, scene: VisibleScene): Promise<string[]> {
  const frames = scene.requireFrames();
  let count = 0;
  let reach = 0;
  for await (const block of scene.splats()) {
    count += block.rows.length;
    for (const row of block.rows)
      for (const value of worldSplat(block, frames[block.frameIdx], row).mean) reach = Math.max(reach, Math.abs(value));
  }
  if (count === 0) throw new StudioFailure('nothing-to-export', { reason: 'no splat is shown.' });
  // 24 bits with sign: as many as possible behind the point, at most 16 (0.015 mm in metres).
  const fractionalBits = Math.max(0, Math.min(16, Math.floor(Math.log2((2 ** 23 - 1) / Math.max(reach, 1e-9)))));
  const header = Buffer.alloc(16);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(3, 4);
  header.writeUInt32LE(count, 8);
  header.writeUInt8(fractionalBits, 13);
  async function* content(): AsyncGenerator<Uint8Array> {
    yield header;
    for (const { bytes, put } of columnsOf(fractionalBits))
      for await (const block of scene.splats()) {
        const column = new Uint8Array(block.rows.length * bytes);
        block.rows.forEach((row, i) => put(worldSplat(block, frames[block.frameIdx], row), column, i * bytes));
        if (column.byteLength > 0) yield column;
      }
  }
  await pipeline(content, createGzip(), async (pieces: AsyncIterable<Uint8Array>) => {
    for await (const piece of pieces) await sink.write(piece);
  });
  return [];
}
