// Features of the run's photos: found ahead of time on the workers, kept in the cache folder between runs.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../projects/format/safetensors.ts';
import type { PhotoSource } from '../../run/reconstructor.ts';
import { descriptorLength, type Features } from '../features/features.ts';
import type { FrontEnd } from '../front-end/front-end.ts';
import { sharedBytes, sharedFloats } from '../workers/shared-memory.ts';
import { workingSize } from './lenses.ts';

/** Changes whenever the same photo would get other features. */
const version = 2;

export class PhotoFeatures {
  private readonly frontEnd: FrontEnd;
  private readonly folder: string;
  private readonly longSidePx: number | null;
  private readonly pending = new Map<string, Promise<Features>>();

  constructor(frontEnd: FrontEnd, folder: string, longSidePx: number | null) {
    this.frontEnd = frontEnd;
    this.folder = folder;
    this.longSidePx = longSidePx;
  }

  /** Begins with a photo that will be asked for soon; a photo that cannot be read shows when it is. */
  prepare(photo: PhotoSource): void {
    this.start(photo).catch(() => undefined);
  }

  /** @throws StudioFailure when the photo cannot be read */
  async of(photo: PhotoSource): Promise<Features> {
    const features = await this.start(photo).finally(() => this.pending.delete(photo.id));
    return features;
  }

  private start(photo: PhotoSource): Promise<Features> {
    let features = this.pending.get(photo.id);
    if (!features) {
      features = this.readOrDetect(photo);
      this.pending.set(photo.id, features);
    }
    return features;
  }

  private async readOrDetect(photo: PhotoSource): Promise<Features> {
    const size = workingSize(photo, this.longSidePx);
    const file = join(this.folder, `features-${photo.sha256}-${size.widthPx}x${size.heightPx}-v${version}.safetensors`);
    const known = await readFile(file).then(decode, () => null);
    if (known) return known;
    const features = await this.frontEnd.detect(await photo.read({ ...size, fit: 'fill' }));
    // The cache may vanish and may be unwritable: neither is the photo's fault.
    await write(file, encode(features)).catch(() => undefined);
    return features;
  }
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  await writeFile(temporary, bytes);
  await rename(temporary, file);
}

function encode(features: Features): Uint8Array {
  const { count, widthPx, heightPx } = features;
  const floats = (data: Float32Array): NamedTensor => ({ dtype: 'F32', shape: [count], data });
  return encodeSafetensors(
    {
      xPx: floats(features.xPx),
      yPx: floats(features.yPx),
      scalePx: floats(features.scalePx),
      orientation: floats(features.orientation),
      descriptors: { dtype: 'U8', shape: [count, descriptorLength], data: features.descriptors },
      colors: { dtype: 'U8', shape: [count, 3], data: features.colors },
    },
    { kind: 'features', version: String(version), widthPx: String(widthPx), heightPx: String(heightPx) },
  );
}

/** null for a file that is cut or not ours. */
function decode(bytes: Uint8Array): Features | null {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const floats = (name: string): Float32Array => sharedFloats(tensors.get(name)?.data as Float32Array);
    const xPx = floats('xPx');
    return {
      widthPx: Number(metadata.widthPx),
      heightPx: Number(metadata.heightPx),
      count: xPx.length,
      xPx,
      yPx: floats('yPx'),
      scalePx: floats('scalePx'),
      orientation: floats('orientation'),
      descriptors: sharedBytes(tensors.get('descriptors')?.data as Uint8Array),
      colors: sharedBytes(tensors.get('colors')?.data as Uint8Array),
    };
  } catch {
    return null;
  }
}
