// Renders the sample: `node projects/sample/render.ts [--out FOLDER] [--draft]` writes photos, poses, depth and labels.
//
// Two workers (or --threads N) bake the light and render the photos; the committed folder `room/` was made by this script.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { resized } from '../format/intrinsics.ts';
import { samplePath } from './camera-path.ts';
import { bakeSolids } from './bake.ts';
import { newLightmap, type Lightmap } from './lightmap.ts';
import { renderScene } from './render-scene.ts';
import { sampleRoom } from './room.ts';
import { writeTruth } from './write-truth.ts';
import { outputFolders, writeMaps, writePhoto } from './write-view.ts';

interface Quality {
  texelM: number;
  bakeRays: number;
  bounces: number;
  raysAcross: number;
}

type Job =
  | { kind: 'bake'; map: Lightmap; begin: number; end: number; pass: number; into: Float32Array }
  | { kind: 'photo'; map: Lightmap; photoIdx: number };

const fine: Quality = { texelM: 0.04, bakeRays: 81, bounces: 2, raysAcross: 3 };
const draft: Quality = { texelM: 0.1, bakeRays: 16, bounces: 2, raysAcross: 1 };
/** Depth and labels are kept at half the size of the photos: the truth stays small. */
const truthShare = 0.5;

export const photoName = (photoIdx: number): string => `room_${String(photoIdx + 1).padStart(2, '0')}`;

async function work({ out, quality }: { out: string; quality: Quality }): Promise<void> {
  const scene = sampleRoom();
  const path = samplePath();
  parentPort?.on('message', (job: Job) => {
    const done = (): void => parentPort?.postMessage(null);
    if (job.kind === 'photo') return void renderPhoto(job.photoIdx, job.map).then(done);
    bakeSolids(scene, job.map, job.begin, job.end, job.pass, quality.bakeRays, job.into);
    done();
  });

  async function renderPhoto(photoIdx: number, lightmap: Lightmap): Promise<void> {
    const camera = path[photoIdx];
    const { widthPx, heightPx } = camera.intrinsics;
    // A phone sets its exposure anew for every photo; here it drifts by a few percent.
    const exposure = 1.95 * (1 + 0.03 * Math.sin(photoIdx * 1.7));
    const photo = renderScene(scene, camera, {
      raysAcross: quality.raysAcross,
      lightmap,
      exposure,
      noise: { sigma: 0.9, seed: photoIdx + 1 },
    });
    await writePhoto(out, photoName(photoIdx), photo, camera.intrinsics);
    const small = { ...camera, intrinsics: resized(camera.intrinsics, widthPx * truthShare, heightPx * truthShare) };
    await writeMaps(out, photoName(photoIdx), renderScene(scene, small, {}));
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, draft: { type: 'boolean' }, threads: { type: 'string' } },
  });
  const out = values.out ?? join(import.meta.dirname, 'room');
  const quality = values.draft ? draft : fine;
  for (const folder of outputFolders) await mkdir(join(out, folder), { recursive: true });
  const scene = sampleRoom();
  const path = samplePath();
  const map = newLightmap(scene, quality.texelM);
  const workers = Array.from(
    { length: Number(values.threads ?? 2) },
    () => new Worker(import.meta.filename, { workerData: { out, quality } }),
  );
  for (let pass = 0; pass <= quality.bounces; pass++) {
    const into = new Float32Array(new SharedArrayBuffer(map.bounced.byteLength));
    const step = 8;
    const jobs = Array.from({ length: Math.ceil(scene.solids.length / step) }, (_, i): Job => ({
      kind: 'bake',
      map,
      begin: i * step,
      end: Math.min(scene.solids.length, (i + 1) * step),
      pass,
      into,
    }));
    await shareOut(workers, jobs);
    if (pass > 0) map.bounced.set(into);
    process.stderr.write(`Light, pass ${pass} of ${quality.bounces}\n`);
  }
  await shareOut(
    workers,
    path.map((_, photoIdx): Job => ({ kind: 'photo', map, photoIdx })),
    (done) => process.stderr.write(`Photo ${done} of ${path.length}\n`),
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  await writeTruth(
    out,
    scene,
    path,
    path.map((_, i) => photoName(i)),
  );
}

/** Gives every worker the next job until none is left; fails when a worker fails. */
async function shareOut(
  workers: readonly Worker[],
  jobs: readonly Job[],
  onDone: (done: number) => void = () => undefined,
): Promise<void> {
  let next = 0;
  let done = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < jobs.length) {
        const job = jobs[next++];
        await new Promise<void>((resolve, reject) => {
          worker.once('error', reject);
          worker.once('message', () => {
            worker.off('error', reject);
            resolve();
          });
          worker.postMessage(job);
        });
        onDone(++done);
      }
    }),
  );
}

if (!isMainThread) await work(workerData as { out: string; quality: Quality });
else if (process.argv[1] === import.meta.filename) await main();
