// A COLMAP model as bytes, little-endian: cameras.bin, images.bin, points3D.bin.

import { join } from 'node:path';
import type { ExportFiles, FileSink } from '../file-sink.ts';
import { colmapPose, type ColmapCamera, type ColmapImage, type ColmapWriter } from './model.ts';

/** Bytes of one point with a track of one: id, position, colour, error, track length, track. */
const pointBytes = 8 + 24 + 3 + 8 + 8 + 8;
const observationBytes = 8 + 8 + 8;

export class BinaryModel implements ColmapWriter {
  readonly #images: FileSink;
  readonly #points: FileSink;

  private constructor(images: FileSink, points: FileSink) {
    this.#images = images;
    this.#points = points;
  }

  static async open(
    files: ExportFiles,
    folder: string,
    cameras: readonly ColmapCamera[],
    imageCount: number,
  ): Promise<BinaryModel> {
    const sink = await files.open(join(folder, 'cameras.bin'));
    await sink.write(uint64(cameras.length));
    for (const [i, { modelId, widthPx, heightPx, params }] of cameras.entries()) {
      const bytes = Buffer.alloc(24 + params.length * 8);
      bytes.writeUInt32LE(i + 1, 0);
      bytes.writeInt32LE(modelId, 4);
      bytes.writeBigUInt64LE(BigInt(widthPx), 8);
      bytes.writeBigUInt64LE(BigInt(heightPx), 16);
      params.forEach((value, k) => bytes.writeDoubleLE(value, 24 + k * 8));
      await sink.write(bytes);
    }
    const images = await files.open(join(folder, 'images.bin'));
    await images.write(uint64(imageCount));
    const points = await files.open(join(folder, 'points3D.bin'));
    await points.write(uint64(0));
    return new BinaryModel(images, points);
  }

  async image({ id, frame, cameraId, name, blocks, firstPointId }: ColmapImage): Promise<void> {
    const { q, t } = colmapPose(frame);
    const head = Buffer.alloc(4 + 56 + 4);
    head.writeUInt32LE(id, 0);
    [...q, ...t].forEach((value, k) => head.writeDoubleLE(value, 4 + k * 8));
    head.writeUInt32LE(cameraId, 60);
    await this.#images.write(head);
    await this.#images.write(Buffer.from(`${name}\0`, 'utf8'));
    await this.#images.write(uint64(blocks.reduce((sum, { count }) => sum + count, 0)));
    let idx = 0;
    for (const { count, positions, colors, pixels } of blocks) {
      const seen = Buffer.alloc(count * observationBytes);
      const points = Buffer.alloc(count * pointBytes);
      for (let i = 0; i < count; i++, idx++) {
        const pointId = BigInt(firstPointId + idx);
        seen.writeDoubleLE(pixels[i * 2], i * observationBytes);
        seen.writeDoubleLE(pixels[i * 2 + 1], i * observationBytes + 8);
        seen.writeBigUInt64LE(pointId, i * observationBytes + 16);
        const at = i * pointBytes;
        points.writeBigUInt64LE(pointId, at);
        for (let k = 0; k < 3; k++) {
          points.writeDoubleLE(positions[i * 3 + k], at + 8 + k * 8);
          points[at + 32 + k] = colors[i * 4 + k];
        }
        points.writeBigUInt64LE(1n, at + 43);
        points.writeUInt32LE(id, at + 51);
        points.writeUInt32LE(idx, at + 55);
      }
      await this.#images.write(seen);
      await this.#points.write(points);
    }
  }

  close(pointCount: number): Promise<void> {
    return this.#points.patch(0, uint64(pointCount));
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
