// Camera paths as text: TUM, KITTI, and a table of all frames.

import type { Frame } from '../format/scene.ts';
import { matrixFromQuaternion } from '../format/sim3.ts';
import type { FileSink } from './file-sink.ts';
import type { ExportSource } from './source.ts';
import type { VisibleFrame, VisibleScene } from './visible.ts';

/** Numbers with nine digits after the point: below a nanometre for scenes in metres. */
const number = (value: number): string => value.toFixed(9);

/** One TUM line: `timestamp tx ty tz qx qy qz qw`, camera to world; the timestamp is the photo's place in input order. */
export function tumLine({ photo, worldFromCamera }: VisibleFrame): string {
  const { translation, rotation } = worldFromCamera;
  return [photo.orderIdx, ...[...translation, ...rotation].map(number)].join(' ');
}

export async function writeTum(sink: FileSink, scene: VisibleScene): Promise<string[]> {
  await sink.text('# timestamp(=place in input order) tx ty tz qx qy qz qw ; camera-to-world, OpenCV camera axes\n');
  const frames = [...scene.requireFrames()].sort((a, b) => a.photo.orderIdx - b.photo.orderIdx);
  for (const frame of frames) await sink.text(`${tumLine(frame)}\n`);
  return [];
}

/** One KITTI line: the upper three rows of the 4 × 4 camera-to-world matrix, row by row. */
export function kittiLine({ worldFromCamera: { rotation, translation } }: VisibleFrame): string {
  const m = matrixFromQuaternion(rotation);
  return [0, 1, 2]
    .flatMap((row) => [...m.slice(row * 3, row * 3 + 3), translation[row]])
    .map(number)
    .join(' ');
}

export async function writeKitti(sink: FileSink, scene: VisibleScene, source: ExportSource): Promise<string[]> {
  const frames = scene.requireFrames();
  for (const frame of frames) await sink.text(`${kittiLine(frame)}\n`);
  const missing = source.photos.length - frames.length;
  return missing > 0 ? [`KITTI lines carry no index: ${missing} photos without a shown pose have no line.`] : [];
}

const header = 'photo,order,status,x,y,z,qx,qy,qz,qw,scale,width,height,fx,fy,cx,cy,k1,k2,confidence,points,shown\n';

/** Every photo with what the run knows of it; poses empty where there is none. */
export async function writeCsv(sink: FileSink, scene: VisibleScene, source: ExportSource): Promise<string[]> {
  const frameOf = new Map(source.frames.map((frame) => [frame.photoId, frame]));
  const shown = new Map(scene.requireFrames().map((visible) => [visible.frame.id, visible]));
  const points = new Map<string, number>();
  for (const { frameId, kind, count } of source.chunks)
    if (kind === 'final') points.set(frameId, (points.get(frameId) ?? 0) + count);
  await sink.text(header);
  for (const photo of [...source.photos].sort((a, b) => a.orderIdx - b.orderIdx)) {
    const frame = frameOf.get(photo.id) ?? null;
    const status = frame?.status ?? 'not met';
    const cells = [
      quoted(photo.name),
      photo.orderIdx,
      status,
      ...poseCells(frame, scene.edits.scale?.metresPerUnit ?? 1),
    ];
    cells.push(
      frame?.confidence ?? '',
      frame ? (points.get(frame.id) ?? 0) : '',
      frame && shown.has(frame.id) ? 'yes' : 'no',
    );
    await sink.text(`${cells.join(',')}\n`);
  }
  return [];
}

const blanks = ['', '', '', '', '', '', '', ''];

function poseCells(frame: Frame | null, metresPerUnit: number): (string | number)[] {
  const pose = frame?.worldFromCamera;
  const k = frame?.intrinsics;
  const place = pose
    ? [
        ...pose.translation.map((value) => number(value * metresPerUnit)),
        ...pose.rotation.map(number),
        number(pose.scale * metresPerUnit),
      ]
    : blanks;
  const lens = k ? [k.widthPx, k.heightPx, k.fxPx, k.fyPx, k.cxPx, k.cyPx, k.k1, k.k2] : blanks;
  return [...place, ...lens];
}

/** A cell by RFC 4180; a leading sign of a formula is disarmed, because spreadsheets would run it. */
export function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
