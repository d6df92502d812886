// A network of several views at its released size: random weights written to disk, compiled, and run over a few photos, with memory and seconds
// of each part. `node test/bench/full-size-views.ts vggt_1b|fast3r_vit_large_512|pi3|da3_small [photos]`. Needs 12 GB of disk and 24 GB of memory for the
// largest; `BENCH_FOLDER` names another place than the system's temporary one. Everything it wrote is deleted again.

import { fork } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryUse } from '../../electron/engine/memory-use.ts';
import { compileCheckpoint, describeCheckpoint } from '../../models/compile/families.ts';
import { openCheckpoint } from '../../models/compile/open-checkpoint.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { memoryForecast } from '../../models/run/add-pack.ts';
import { readPack } from '../../models/run/packs.ts';
import { createReconstructor } from '../../models/run/registry.ts';
import { patternPhoto } from '../unit/models/run/photos.ts';
import { plainSettings } from '../support/plain-settings.ts';

const here = fileURLToPath(import.meta.url);
const megabytes = (mb: number): string => `${mb.toFixed(0)} MB`;

/** Each part in a process of its own, so that its peak of memory is its own. */
function apart(...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    fork(here, args).on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}.`)),
    );
  });
}

async function writeCheckpoint(name: string, path: string): Promise<void> {
  const shapes = new URL(`../fixtures/models/${name}.tensors.json`, import.meta.url);
  const { tensors } = JSON.parse(await readFile(shapes, 'utf8')) as { tensors: Record<string, number[]> };
  const source = randomSource(tensors, '');
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [tensor, shape] of Object.entries(tensors)) {
    const begin = end;
    end += 4 * shape.reduce((product, n) => product * n, 1);
    header[tensor] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const handle = await open(path, 'w');
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(json.length), true);
  await handle.write(new Uint8Array(length.buffer));
  await handle.write(json);
  for (const tensor of Object.keys(tensors)) {
    const data = await source.read(tensor);
    await handle.write(new Uint8Array(data.buffer));
  }
  await handle.close();
  console.log(`${name}: ${(end / 1e9).toFixed(2)} GB of random weights`);
}

async function compile(path: string, folder: string): Promise<void> {
  const startMs = performance.now();
  const source = await openCheckpoint(path);
  const facts = await describeCheckpoint(source, 'model.safetensors', 'float32');
  await compileCheckpoint(source, 'model.safetensors', folder, { ...facts, id: 'full-size', precision: 'float32' }, {});
  await source.close();
  const { neededMb } = memoryForecast(facts.memoryMb);
  console.log(
    `compile: ${((performance.now() - startMs) / 1000).toFixed(0)} s, peak ${megabytes(memoryUse().peakRssMb)}; pack ${megabytes(facts.packBytes / 1e6)}, forecast of a run ${megabytes(neededMb)}`,
  );
}

async function run(folder: string, photos: number): Promise<void> {
  const startMs = performance.now();
  const { manifest } = await readPack(folder);
  const method = await createReconstructor(manifest.id, folder, { providers: [] });
  console.log(`open: ${((performance.now() - startMs) / 1000).toFixed(0)} s, ${megabytes(memoryUse().rssMb)}`);
  const settings = plainSettings;
  await method.begin({ settings, photos: [], cacheFolder: join(folder, '..'), saved: null });
  for (let idx = 0; idx < photos; idx++) {
    const stepMs = performance.now();
    const cpu = process.cpuUsage();
    const { placed } = await method.step(patternPhoto(idx, 640, 480), { update: true, reset: false });
    const { user, system } = process.cpuUsage(cpu);
    const { rssMb, peakRssMb } = memoryUse();
    console.log(
      `photo ${idx + 1}: ${((performance.now() - stepMs) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time, ${megabytes(rssMb)}, peak ${megabytes(peakRssMb)}, ${placed.length} placed`,
    );
  }
  await method.dispose();
}

async function main(name: string, photos: string): Promise<void> {
  const folder = await mkdtemp(join(process.env.BENCH_FOLDER ?? tmpdir(), 'full-size-'));
  try {
    const checkpoint = join(folder, 'model.safetensors');
    await apart('--write', name, checkpoint);
    await apart('--compile', checkpoint, join(folder, 'full-size'));
    await rm(checkpoint);
    await apart('--run', join(folder, 'full-size'), photos);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [first, second, third] = process.argv.slice(2);
  if (first === '--write') await writeCheckpoint(second, third);
  else if (first === '--compile') await compile(second, third);
  else if (first === '--run') await run(second, Number(third));
  else await main(first, second ?? '6');
}
