// Memory of the engine over a long run: resident size around photo 50 against photo 1,000, with the tiny recurrent pack.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePhotos } from '../support/engine/generated-photos.ts';
import { numbered, plainSettings } from '../support/engine/ledger-project.ts';
import { benchRun } from './bench-studio.ts';
import type { BenchRow } from './row.ts';

/** Resident size moves with every collection of garbage: the median over so many photos is compared. */
const windowPhotos = 40;

export async function run(photos = 1000): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-photos-'));
  try {
    await writePhotos(folder, numbered(photos));
    const rssMb: number[] = [];
    await benchRun({
      modelId: 'tiny-recurrent',
      settings: plainSettings,
      paths: [folder],
      onProgress: (progress) => {
        if (progress.rssMb !== null) rssMb[progress.done] = progress.rssMb;
      },
    });
    const early = median(rssMb.slice(50 - windowPhotos / 2, 50 + windowPhotos / 2));
    const late = median(rssMb.slice(-windowPhotos));
    const growth = (late / early - 1) * 100;
    return [
      {
        name: `engine memory, photo 50 against photo ${photos}`,
        value: growth,
        target: '≤ 5',
        unit: '%',
        ok: growth <= 5,
        note: `${early.toFixed(0)} MB, then ${late.toFixed(0)} MB; medians over ${windowPhotos} photos, tiny recurrent pack`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
