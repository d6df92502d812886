// A COLMAP model as text: cameras.txt, images.txt, points3D.txt.

import { join } from 'node:path';
import type { ExportFiles, FileSink } from '../file-sink.ts';
import { colmapPose, type ColmapCamera, type ColmapImage, type ColmapPoints, type ColmapWriter } from './model.ts';

/** Characters that are written at once. */
const piece = 2 ** 16;

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

  async points({ block: { count, positions, colors }, firstPointId, tracks }: ColmapPoints): Promise<void> {
    let lines = '';
    for (let i = 0; i < count; i++) {
      const place = positions.subarray(i * 3, i * 3 + 3).join(' ');
      const colour = colors.subarray(i * 4, i * 4 + 3).join(' ');
      lines += `${firstPointId + i} ${place} ${colour} 0 ${tracks[i].join(' ')}\n`;
      if (lines.length < piece && i < count - 1) continue;
      await this.#points.text(lines);
      lines = '';
    }
  }

  async image({ id, frame, cameraId, name, seen }: ColmapImage): Promise<void> {
    const { q, t } = colmapPose(frame);
    await this.#images.text(`${[id, ...q, ...t, cameraId, name].join(' ')}\n`);
    let line = '';
    for (let idx = 0; idx < seen.count; idx++) {
      const { xPx, yPx, pointId } = seen.at(idx);
      line += `${idx > 0 ? ' ' : ''}${xPx} ${yPx} ${pointId}`;
      if (line.length < piece) continue;
      await this.#images.text(line);
      line = '';
    }
    await this.#images.text(`${line}\n`);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
