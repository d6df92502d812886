// Features of the run's photos: found ahead of time on the workers, kept in the cache folder. Descriptors, nine tenths of what features take,
// stay in memory only of the photos that were asked for last.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../projects/format/safetensors.ts';
import { noneIfUnreadable, type PhotoSource } from '../../run/reconstructor.ts';
import { descriptorLength, type Features } from '../features/features.ts';
import type { FrontEnd } from '../front-end/front-end.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { sharedBytes, sharedFloats } from '../workers/shared-memory.ts';
import { workingSize } from './lenses.ts';

/** Changes whenever the same photo would get other features. */
const version = 2;
/** Descriptors of fifty photos of a small video, or of a dozen large ones: a new photo is matched with the last ones first. */
const mostDescriptorBytes = 8 * 2 ** 20;

export class PhotoFeatures {
  private readonly frontEnd: FrontEnd;
  private readonly folder: string;
  private readonly longSidePx: number | null;
  private readonly pending = new Map<string, Promise<Features>>();
  private readonly descriptors = new RecentlyUsed<string, Uint8Array>(mostDescriptorBytes);
  /** Of photos whose features could not be written: there is no other place for them. */
  private readonly unwritten = new Map<string, Uint8Array>();

  constructor(frontEnd: FrontEnd, folder: string, longSidePx: number | null) {
    this.frontEnd = frontEnd;
    this.folder = folder;
    this.longSidePx = longSidePx;
  }

  /** Bytes of descriptors in memory, those left out that found no place on the disk. */
  get heldBytes(): number {
    return this.descriptors.bytes;
  }

  /** Begins with a photo that will be asked for soon; a photo that cannot be read shows when it is. */
  prepare(photo: PhotoSource): void {
    this.start(photo).catch(() => undefined);
  }

  /** @throws StudioFailure when the photo cannot be read */
  async of(photo: PhotoSource): Promise<Features> {
    const features = await this.start(photo).finally(() => this.pending.delete(photo.id));
    this.descriptors.set(photo.id, features.descriptors, features.descriptors.byteLength);
    return features;
  }

  /** Of a photo whose features were asked for before; none when their file is gone, and the photo as well. */
  async descriptorsOf(photo: PhotoSource): Promise<Uint8Array> {
    const held = this.descriptors.get(photo.id) ?? this.unwritten.get(photo.id);
    if (held) return held;
    const found = await this.of(photo).catch(noneIfUnreadable);
    return found?.descriptors ?? new Uint8Array(0);
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
    await write(file, encode(features)).catch(() => void this.unwritten.set(photo.id, features.descriptors));
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
      described: xPx.length,
      xPx,
      yPx: floats('yPx'),
      scalePx: floats('scalePx'),
      descriptors: sharedBytes(tensors.get('descriptors')?.data as Uint8Array),
      colors: sharedBytes(tensors.get('colors')?.data as Uint8Array),
    };
  } catch {
    return null;
  }
}
