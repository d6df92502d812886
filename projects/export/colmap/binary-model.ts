// A COLMAP model as bytes, little-endian: cameras.bin, images.bin, points3D.bin.

import { join } from 'node:path';
import type { ExportFiles, FileSink } from '../file-sink.ts';
import { colmapPose, type ColmapCamera, type ColmapImage, type ColmapPoints, type ColmapWriter } from './model.ts';

/** Bytes of one point before its track: id, position, colour, error, track length. */
const pointBytes = 8 + 24 + 3 + 8 + 8;
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

  async points({ block: { count, positions, colors }, firstPointId, tracks }: ColmapPoints): Promise<void> {
    const bytes = Buffer.alloc(tracks.reduce((sum, track) => sum + pointBytes + track.length * 4, 0));
    let at = 0;
    for (let i = 0; i < count; i++) {
      bytes.writeBigUInt64LE(BigInt(firstPointId + i), at);
      for (let k = 0; k < 3; k++) {
        bytes.writeDoubleLE(positions[i * 3 + k], at + 8 + k * 8);
        bytes[at + 32 + k] = colors[i * 4 + k];
      }
      bytes.writeBigUInt64LE(BigInt(tracks[i].length / 2), at + 43);
      at += pointBytes;
      for (const value of tracks[i]) at = bytes.writeUInt32LE(value, at);
    }
    await this.#points.write(bytes);
  }

  async image({ id, frame, cameraId, name, seen }: ColmapImage): Promise<void> {
    const { q, t } = colmapPose(frame);
    const head = Buffer.alloc(4 + 56 + 4);
    head.writeUInt32LE(id, 0);
    [...q, ...t].forEach((value, k) => head.writeDoubleLE(value, 4 + k * 8));
    head.writeUInt32LE(cameraId, 60);
    await this.#images.write(head);
    await this.#images.write(Buffer.from(`${name}\0`, 'utf8'));
    await this.#images.write(uint64(seen.count));
    const bytes = Buffer.alloc(seen.count * observationBytes);
    for (let idx = 0; idx < seen.count; idx++) {
      const { xPx, yPx, pointId } = seen.at(idx);
      bytes.writeDoubleLE(xPx, idx * observationBytes);
      bytes.writeDoubleLE(yPx, idx * observationBytes + 8);
      bytes.writeBigUInt64LE(BigInt(pointId), idx * observationBytes + 16);
    }
    await this.#images.write(bytes);
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
