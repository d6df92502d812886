// Memory of the engine over a long run: resident size around photo 50 against photo 1,000, for a recurrent method and for the default one.
// `BENCH_PHOTOS` sets another number than 1,000.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sim3 } from '../../projects/format/sim3.ts';
import { writePhotos } from '../support/engine/generated-photos.ts';
import { numbered } from '../support/engine/ledger-project.ts';
import { plainSettings } from '../support/plain-settings.ts';
import { renderScene } from '../support/textured-scene.ts';
import { benchRun } from './bench-studio.ts';
import type { BenchRow } from './row.ts';

/** Resident size moves with every collection of garbage: the median over so many photos is compared. */
const windowPhotos = 40;

export async function run(photos = Number(process.env.BENCH_PHOTOS ?? 1000)): Promise<BenchRow[]> {
  const parent = await mkdtemp(join(tmpdir(), 'bench-photos-'));
  const [noise, walk] = [join(parent, 'noise'), join(parent, 'walk')];
  try {
    await mkdir(noise);
    await writePhotos(noise, numbered(photos));
    await mkdir(walk);
    await writeWalk(walk, numbered(photos));
    return [
      ...(await measured('tiny-recurrent', noise, photos, 'tiny recurrent pack')),
      ...(await measured('geometry', walk, photos, 'default method, a walk along a wall')),
    ];
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function measured(modelId: string, folder: string, photos: number, what: string): Promise<BenchRow[]> {
  const rssMb: number[] = [];
  let highestMb = 0;
  const { done, points } = await benchRun({
    modelId,
    settings: plainSettings,
    paths: [folder],
    onProgress: ({ done, rssMb: now }) => {
      if (now === null) return;
      // The first reading at each photo: closing work goes on at the last one.
      rssMb[done] ??= now;
      highestMb = Math.max(highestMb, now);
    },
  });
  const early = median(rssMb.slice(50 - windowPhotos / 2, 50 + windowPhotos / 2));
  const late = median(rssMb.slice(photos - windowPhotos, photos));
  const growth = (late / early - 1) * 100;
  return [
    {
      name: `engine memory, photo 50 against photo ${photos}`,
      value: growth,
      target: '≤ 5',
      unit: '%',
      ok: growth <= 5,
      note: `${what}; ${early.toFixed(0)} MB, then ${late.toFixed(0)} MB; medians over ${windowPhotos} photos; ${done} photos, ${points} points; highest, closing work included, ${highestMb.toFixed(0)} MB`,
    },
  ];
}

/** Photos of one walk, a twentieth of what they show a step, along a slanted wall with a floor before it: each sees what its neighbours see. */
async function writeWalk(folder: string, names: readonly string[]): Promise<void> {
  const [widthPx, heightPx] = [240, 180];
  const camera = { widthPx, heightPx, fxPx: 220, fyPx: 220, cxPx: 120, cyPx: 90, k1: 0, k2: 0 };
  for (const [idx, name] of names.entries()) {
    const alongWall = 0.3 * idx;
    const turn = 0.15 + 0.08 * Math.sin(idx / 9);
    const worldFromCamera: Sim3 = {
      rotation: [0, Math.sin(turn / 2), 0, Math.cos(turn / 2)],
      translation: [alongWall, 0.12 * Math.sin(idx / 5), -0.15 * alongWall],
      scale: 1,
    };
    const { image } = renderScene(camera, worldFromCamera);
    await sharp(image.data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .jpeg({ quality: 92 })
      .toFile(join(folder, name.replace('.png', '.jpg')));
  }
}

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
