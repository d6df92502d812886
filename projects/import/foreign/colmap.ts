// Reads cameras and images of a COLMAP reconstruction, text or binary. Points are not needed: the studio makes its own.

import { readFile } from 'node:fs/promises';
import type { Intrinsics } from '../../format/intrinsics.ts';
import { StudioFailure } from '../../format/result.ts';
import { inverse, normalizedQuaternion, type Sim3 } from '../../format/sim3.ts';
import { finder, type Prior, type Priors } from './prior-index.ts';

interface Camera {
  model: string;
  widthPx: number;
  heightPx: number;
  params: number[];
}
interface Image {
  name: string;
  cameraId: number;
  worldFromCamera: Sim3;
}

/** COLMAP's camera models by their number: name and count of parameters (src/colmap/sensor/models.h). */
const models: readonly (readonly [string, number])[] = [
  ['SIMPLE_PINHOLE', 3],
  ['PINHOLE', 4],
  ['SIMPLE_RADIAL', 4],
  ['RADIAL', 5],
  ['OPENCV', 8],
  ['OPENCV_FISHEYE', 8],
  ['FULL_OPENCV', 12],
  ['FOV', 5],
  ['SIMPLE_RADIAL_FISHEYE', 4],
  ['RADIAL_FISHEYE', 5],
  ['THIN_PRISM_FISHEYE', 12],
];

/** @throws StudioFailure bad-input */
export async function readColmap(camerasPath: string, imagesPath: string, kind: 'bin' | 'txt'): Promise<Priors> {
  try {
    const [cameraBytes, imageBytes] = await Promise.all([readFile(camerasPath), readFile(imagesPath)]);
    const cameras = kind === 'bin' ? binaryCameras(cameraBytes) : textCameras(cameraBytes.toString('utf8'));
    const images = kind === 'bin' ? binaryImages(imageBytes) : textImages(imageBytes.toString('utf8'));
    const priors = new Map<string, Prior>();
    const notices = new Set<string>();
    for (const { name, cameraId, worldFromCamera } of images) {
      const camera = cameras.get(cameraId);
      const intrinsics = camera && intrinsicsOf(camera);
      if (intrinsics) priors.set(name, { worldFromCamera, intrinsics });
      else if (camera)
        notices.add(`Cameras of the model ${camera.model} are not used: only pinholes with radial distortion are.`);
      if (camera && hasLostTerms(camera)) notices.add('Tangential and higher distortion terms of COLMAP are left out.');
    }
    return { tool: 'COLMAP', notices: [...notices], ofFile: finder(priors) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StudioFailure('bad-input', { reason: `the COLMAP project cannot be read (${reason}).` });
  }
}

function intrinsicsOf({ model, widthPx, heightPx, params: p }: Camera): Intrinsics | null {
  const size = { widthPx, heightPx };
  if (model === 'SIMPLE_PINHOLE') return { ...size, fxPx: p[0], fyPx: p[0], cxPx: p[1], cyPx: p[2], k1: 0, k2: 0 };
  if (model === 'PINHOLE') return { ...size, fxPx: p[0], fyPx: p[1], cxPx: p[2], cyPx: p[3], k1: 0, k2: 0 };
  if (model === 'SIMPLE_RADIAL') return { ...size, fxPx: p[0], fyPx: p[0], cxPx: p[1], cyPx: p[2], k1: p[3], k2: 0 };
  if (model === 'RADIAL') return { ...size, fxPx: p[0], fyPx: p[0], cxPx: p[1], cyPx: p[2], k1: p[3], k2: p[4] };
  if (model === 'OPENCV' || model === 'FULL_OPENCV')
    return { ...size, fxPx: p[0], fyPx: p[1], cxPx: p[2], cyPx: p[3], k1: p[4], k2: p[5] };
  return null;
}

const hasLostTerms = ({ model, params }: Camera): boolean =>
  (model === 'OPENCV' || model === 'FULL_OPENCV') && params.slice(6).some((value) => value !== 0);

/** COLMAP stores camera from world, quaternion w first. */
function worldFromCamera(q: readonly number[], t: readonly number[]): Sim3 {
  const [w, x, y, z] = q;
  return inverse({ rotation: normalizedQuaternion([x, y, z, w]), translation: [t[0], t[1], t[2]], scale: 1 });
}

function textCameras(text: string): Map<number, Camera> {
  const rows = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return new Map(
    rows.map((row) => {
      const [id, model, width, height, ...params] = row.trim().split(/\s+/);
      return [Number(id), { model, widthPx: Number(width), heightPx: Number(height), params: params.map(Number) }];
    }),
  );
}

/** Every image has two lines; the second, its points, may be empty. */
function textImages(text: string): Image[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'));
  const images: Image[] = [];
  for (let idx = 0; idx < lines.length; idx += 2) {
    const row = /^\s*((?:\S+\s+){9})(.+?)\s*$/.exec(lines[idx]);
    if (!row) continue;
    const values = row[1].trim().split(/\s+/).map(Number);
    if (values.some((value) => !Number.isFinite(value))) throw new Error(`line ${idx + 1} of images.txt`);
    images.push({
      name: row[2],
      cameraId: values[8],
      worldFromCamera: worldFromCamera(values.slice(1, 5), values.slice(5, 8)),
    });
  }
  return images;
}

function binaryCameras(bytes: Buffer): Map<number, Camera> {
  const reader = new BinaryReader(bytes);
  const cameras = new Map<number, Camera>();
  for (let left = reader.uint64(); left > 0; left--) {
    const id = reader.uint32();
    const modelIdx = reader.uint32();
    const [model, paramCount] = models[modelIdx] ?? fail(`camera model ${modelIdx}`);
    const widthPx = reader.uint64();
    const heightPx = reader.uint64();
    cameras.set(id, { model, widthPx, heightPx, params: reader.float64s(paramCount) });
  }
  return cameras;
}

function binaryImages(bytes: Buffer): Image[] {
  const reader = new BinaryReader(bytes);
  const images: Image[] = [];
  for (let left = reader.uint64(); left > 0; left--) {
    reader.uint32();
    const pose = worldFromCamera(reader.float64s(4), reader.float64s(3));
    const cameraId = reader.uint32();
    const name = reader.text();
    // x, y and a 64-bit point id each.
    reader.skip(reader.uint64() * 24);
    images.push({ name, cameraId, worldFromCamera: pose });
  }
  return images;
}

/** Little-endian values in a row; throws RangeError beyond the end. */
class BinaryReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.skip(4));
  }

  uint64(): number {
    return Number(this.#bytes.readBigUInt64LE(this.skip(8)));
  }

  float64s(count: number): number[] {
    return Array.from({ length: count }, () => this.#bytes.readDoubleLE(this.skip(8)));
  }

  /** UTF-8 up to a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('the file ends within a name');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** @returns where the skipped bytes began */
  skip(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw new RangeError('the file is cut off');
    this.#at = at + bytes;
    return at;
  }
}

function fail(reason: string): never {
  throw new Error(reason);
}
