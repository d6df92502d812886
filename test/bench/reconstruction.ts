// A run of the default method over the sample's photos: the share spent outside the method, and the wait for first points.

import { sampleFolder } from '../../projects/sample/sample.ts';
import { benchRun } from './bench-studio.ts';
import type { BenchRow } from './row.ts';
import { plainSettings } from '../support/plain-settings.ts';

const photos = 8;

export async function run(): Promise<BenchRow[]> {
  const { used, points } = await benchRun({
    modelId: 'geometry',
    settings: { ...plainSettings, maxFrames: photos, refine: true },
    paths: [sampleFolder()],
    onProgress: () => undefined,
  });
  const outside = 1 - used.modelMs / used.elapsedMs;
  const firstPointsMs = used.firstPointsMs ?? Infinity;
  return [
    {
      name: 'time of a run outside the method',
      value: outside * 100,
      target: '< 15',
      unit: '%',
      ok: outside < 0.15,
      note: `geometry, ${photos} photos of the sample, ${points} points, ${(used.elapsedMs / 1000).toFixed(1)} s; engine start included`,
    },
    {
      name: 'first points after the run was started',
      value: firstPointsMs / 1000,
      target: '< 2',
      unit: 's',
      ok: firstPointsMs < 2000,
      note: 'wall time from the command to the first chunk on disk, engine start included',
    },
  ];
}
