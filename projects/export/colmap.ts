// COLMAP models, text and binary: cameras at original photo size, rigid poses, points with the pixel they were seen at.
//
// Layout: https://colmap.github.io/format.html. A pose there is worldToCamera, quaternion w x y z; pixel centres at (0.5, 0.5), as ours.
// Binary files go to `sparse/0`, where most programs look for them, text files to `sparse_text`.

import { join } from 'node:path';
import type { Intrinsics } from '../format/intrinsics.ts';
import { inverse } from '../format/sim3.ts';
import type { ExportFiles, FileSink } from './file-sink.ts';
import { photoNames } from './photo-names.ts';
import type { PointBlock, VisibleFrame, VisibleScene } from './visible.ts';

/** Programs that start from such a model expect hundreds of thousands of points, not hundreds of millions. */
export const colmapMaxPoints = 300_000;

interface Camera {
  /** COLMAP's name and number of the model. */
  model: 'PINHOLE' | 'RADIAL' | 'OPENCV';
  modelId: number;
  widthPx: number;
  heightPx: number;
  params: number[];
}

/** The simplest COLMAP model that says the same. */
export function colmapCamera({ widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, k1, k2 }: Intrinsics): Camera {
  const size = { widthPx, heightPx };
  if (k1 === 0 && k2 === 0) return { model: 'PINHOLE', modelId: 1, ...size, params: [fxPx, fyPx, cxPx, cyPx] };
  if (fxPx === fyPx) return { model: 'RADIAL', modelId: 3, ...size, params: [fxPx, cxPx, cyPx, k1, k2] };
  return { model: 'OPENCV', modelId: 4, ...size, params: [fxPx, fyPx, cxPx, cyPx, k1, k2, 0, 0] };
}

/** Writes both models under `folder`. */
export async function writeColmap(files: ExportFiles, folder: string, scene: VisibleScene): Promise<string[]> {
  const frames = scene.requireFrames();
  const cameras: Camera[] = [];
  const cameraIds = new Map<string, number>();
  const cameraIdOf = frames.map(({ intrinsics }) => {
    const camera = colmapCamera(intrinsics);
    const key = JSON.stringify(camera);
    if (!cameraIds.has(key)) cameraIds.set(key, cameras.push(camera));
    return cameraIds.get(key) as number;
  });
  const names = photoNames(frames.map(({ photo }) => photo));
  const writers = [
    await TextModel.open(files, join(folder, 'sparse_text'), cameras),
    await BinaryModel.open(files, join(folder, 'sparse', '0'), cameras, frames.length),
  ];
  const perFrame: PointBlock[][] = frames.map(() => []);
  let next = 0;
  let pointId = 1;
  const closeFrames = async (before: number): Promise<void> => {
    for (; next < before; next++) {
      for (const writer of writers)
        await writer.image(next + 1, frames[next], cameraIdOf[next], names[next], perFrame[next], pointId);
      pointId += perFrame[next].reduce((sum, block) => sum + block.count, 0);
      perFrame[next] = [];
    }
  };
  // Blocks come frame after frame, so only one frame's points are held at a time.
  for await (const block of scene.points(colmapMaxPoints)) {
    await closeFrames(block.frameIdx);
    perFrame[block.frameIdx].push(block);
  }
  await closeFrames(frames.length);
  for (const writer of writers) await writer.close(frames.length, pointId - 1);
  const notices = scene.isThinned(colmapMaxPoints) ? [`Points were thinned to a fair sample of ${pointId - 1}.`] : [];
  if (names.some((name) => /\s/.test(name)))
    notices.push('Some photo names hold spaces, at which COLMAP’s text format cuts them: use the binary model.');
  return notices;
}

interface ModelWriter {
  image(
    id: number,
    frame: VisibleFrame,
    cameraId: number,
    name: string,
    blocks: PointBlock[],
    firstPointId: number,
  ): Promise<void>;
  close(imageCount: number, pointCount: number): Promise<void>;
}

/** Rotation w x y z and translation of cameraFromWorld without its scale. */
function colmapPose({ worldFromCamera }: VisibleFrame): { q: number[]; t: readonly number[] } {
  const { rotation, translation } = inverse({ ...worldFromCamera, scale: 1 });
  return { q: [rotation[3], rotation[0], rotation[1], rotation[2]], t: translation };
}

class TextModel implements ModelWriter {
  readonly #images: FileSink;
  readonly #points: FileSink;

  private constructor(images: FileSink, points: FileSink) {
    this.#images = images;
    this.#points = points;
  }

  static async open(files: ExportFiles, folder: string, cameras: readonly Camera[]): Promise<TextModel> {
    const sink = await files.open(join(folder, 'cameras.txt'));
    await sink.text('# CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n');
    for (const [i, { model, widthPx, heightPx, params }] of cameras.entries())
      await sink.text(`${[i + 1, model, widthPx, heightPx, ...params].join(' ')}\n`);
    const images = await files.open(join(folder, 'images.txt'));
    // Two comment lines and two lines per image: readers that skip every other line need an even count.
    await images.text('# IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME\n# POINTS2D[] as (X, Y, POINT3D_ID)\n');
    const points = await files.open(join(folder, 'points3D.txt'));
    await points.text('# POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[] as (IMAGE_ID, POINT2D_IDX)\n');
    return new TextModel(images, points);
  }

  async image(
    id: number,
    frame: VisibleFrame,
    cameraId: number,
    name: string,
    blocks: PointBlock[],
    firstPointId: number,
  ): Promise<void> {
    const { q, t } = colmapPose(frame);
    await this.#images.text(`${[id, ...q, ...t, cameraId, name].join(' ')}\n`);
    let idx = 0;
    for (const { count, positions, colors, pixels } of blocks)
      for (let i = 0; i < count; i++, idx++) {
        const pointId = firstPointId + idx;
        const place = positions.subarray(i * 3, i * 3 + 3).join(' ');
        const colour = colors.subarray(i * 4, i * 4 + 3).join(' ');
        await this.#images.text(`${idx > 0 ? ' ' : ''}${pixels[i * 2]} ${pixels[i * 2 + 1]} ${pointId}`);
        await this.#points.text(`${pointId} ${place} ${colour} 0 ${id} ${idx}\n`);
      }
    await this.#images.text('\n');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Bytes of one point with a track of one: id, position, colour, error, track length, track. */
const pointBytes = 8 + 24 + 3 + 8 + 8 + 8;
const observationBytes = 8 + 8 + 8;

class BinaryModel implements ModelWriter {
  readonly #images: FileSink;
  readonly #points: FileSink;

  private constructor(images: FileSink, points: FileSink) {
    this.#images = images;
    this.#points = points;
  }

  static async open(
    files: ExportFiles,
    folder: string,
    cameras: readonly Camera[],
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

  async image(
    id: number,
    frame: VisibleFrame,
    cameraId: number,
    name: string,
    blocks: PointBlock[],
    firstPointId: number,
  ): Promise<void> {
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

  close(_imageCount: number, pointCount: number): Promise<void> {
    return this.#points.patch(0, uint64(pointCount));
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
