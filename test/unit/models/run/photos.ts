// Photos for tests of runners: patterns drawn at the size that is asked for, no files.
import type { PhotoSource } from '../../../../models/run/reconstructor.ts';

/** A smooth pattern that differs from photo to photo. */
export function patternPhoto(idx: number, widthPx = 320, heightPx = 240): PhotoSource {
  return {
    id: `photo${idx}`,
    path: `p${idx}.jpg`,
    name: `p${idx}.jpg`,
    // Different in its first half, by which features are kept.
    sha256: `${idx}`.padStart(8, '0').padEnd(64, '0'),
    widthPx,
    heightPx,
    takenAtMs: null,
    focalPx: null,
    camera: null,
    gps: null,
    orderIdx: idx,
    prior: null,
    read: async (size) => {
      const data = new Uint8Array(size.widthPx * size.heightPx * 3);
      for (let y = 0, i = 0; y < size.heightPx; y++)
        for (let x = 0; x < size.widthPx; x++)
          for (let c = 0; c < 3; c++, i++)
            data[i] = 128 + 100 * Math.sin((x * (c + 1)) / 9 + idx) * Math.cos(y / 7 + idx * c);
      return { widthPx: size.widthPx, heightPx: size.heightPx, data };
    },
  };
}
