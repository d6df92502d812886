// A COLMAP model as text: cameras.txt, images.txt, points3D.txt.

import { join } from 'node:path';
import type { ExportFiles, FileSink } from '../file-sink.ts';
import { colmapPose, type ColmapCamera, type ColmapImage, type ColmapWriter } from './model.ts';

export class TextModel implements ColmapWriter {
  readonly #images: FileSink;
  readonly #points: FileSink;

  private constructor(images: FileSink, points: FileSink) {
    this.#images = images;
    this.#points = points;
  }

  static async open(files: ExportFiles, folder: string, cameras: readonly ColmapCamera[]): Promise<TextModel> {
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

  async image({ id, frame, cameraId, name, blocks, firstPointId }: ColmapImage): Promise<void> {
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
