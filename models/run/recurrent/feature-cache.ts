// Encoder features of photos on disk: they do not depend on the state, so a second look costs only the step.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../projects/format/safetensors.ts';

export class FeatureCache {
  private readonly folder: string;

  /** @param cacheFolder may vanish at any time; everything in it can be made again */
  constructor(cacheFolder: string, modelId: string) {
    this.folder = join(cacheFolder, `features-${modelId}`);
  }

  /** @param key content and size of the picture */
  async get(key: string, make: () => Promise<NamedTensor>): Promise<NamedTensor> {
    const path = join(this.folder, `${key}.safetensors`);
    const known = await readFile(path).then(
      (bytes) => readFeatures(bytes),
      () => null,
    );
    if (known) return known;
    const features = await make();
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFile(`${path}.partial`, encodeSafetensors({ features }));
      await rename(`${path}.partial`, path);
    } catch {
      // A full or read-only disk costs time later, nothing else.
    }
    return features;
  }
}

/** null when the file is not whole: it is then made again. */
function readFeatures(bytes: Uint8Array): NamedTensor | null {
  try {
    return decodeSafetensors(bytes).tensors.get('features') ?? null;
  } catch {
    return null;
  }
}
