// Memory of the recurrent runner over a thousand photos, with the tiny pack: photo 50 against photo 1,000. `node test/bench/recurrent-memory.ts [count]`.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineFlags, withFewHeaps } from '../../electron/studio/fork-engine.ts';
import { builtInPacksFolder } from '../../models/run/packs.ts';
import { createReconstructor } from '../../models/run/registry.ts';
import { patternPhoto } from '../unit/models/run/photos.ts';
import type { BenchRow } from './row.ts';
import { plainSettings } from '../support/plain-settings.ts';

/** Mean of a few readings: the garbage collector comes and goes. */
const window = 25;

/** In a process of its own with the flags of the engine: they decide how far V8 lets its heap grow. */
export async function run(count = 1000): Promise<BenchRow[]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [String(count)], {
      execArgv: [...engineFlags],
      env: withFewHeaps(process.env),
    });
    child.on('message', (rows) => resolve(rows as BenchRow[]));
    child.on('exit', (code) => reject(new Error(`The bench ended with ${code}.`)));
  });
}

async function measure(count: number): Promise<BenchRow[]> {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'recurrent-memory-'));
  const method = await createReconstructor('tiny-recurrent', join(builtInPacksFolder, 'tiny-recurrent'), {
    providers: [],
    threads: 1,
  });
  const settings = { ...plainSettings, sizePx: 64, updateRule: 'ttt3r' as const };
  const readings: number[] = [];
  try {
    await method.begin({ settings, photos: [], cacheFolder, saved: null });
    for (let i = 0; i < count; i++) {
      // Sizes alternate, as photos of two cameras do.
      await method.step(i % 3 === 0 ? patternPhoto(i, 240, 320) : patternPhoto(i), { update: true, reset: false });
      // As the engine does after every saved state.
      if (i % 10 === 9) globalThis.gc?.();
      readings.push(process.memoryUsage.rss() / 2 ** 20);
    }
    const { tensors, facts } = await method.save();
    const savedMb =
      (Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0) + JSON.stringify(facts).length) /
      2 ** 20;
    const mean = (from: number): number =>
      readings.slice(from, from + window).reduce((sum, mb) => sum + mb, 0) / window;
    const [early, late] = [mean(50), mean(count - window)];
    return [
      {
        name: 'recurrent run, memory at the end against photo 50',
        value: late / early,
        target: '≤ 1.05',
        unit: '×',
        ok: late / early <= 1.05,
        note: `${early.toFixed(0)} MB → ${late.toFixed(0)} MB over ${count} photos; saved state ${savedMb.toFixed(2)} MB`,
      },
    ];
  } finally {
    await method.dispose();
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 1000);
  if (process.send) process.send(await measure(count));
  else console.log(await run(count));
}
