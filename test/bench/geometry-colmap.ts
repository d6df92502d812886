// Side by side on one machine: the whole `reconstruct` with dense points against COLMAP's sparse run over the same photos.
//
// `node test/bench/geometry-colmap.ts <folder of photos>…`: not part of `npm run bench`, because COLMAP does not come with the studio. One run after
// the other, both with two threads; COLMAP with one shared camera, exhaustive matching and otherwise its defaults, as on the command line below.

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param mayFail a mapper that finds no model has used its time all the same */
async function seconds(command: string, args: readonly string[], mayFail = false): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0 && !mayFail) throw new Error(`${command} ${args[0]} ended with ${code}: ${complaint}`);
  return (performance.now() - startedAtMs) / 1000;
}

async function colmapSeconds(photos: string, work: string): Promise<number> {
  const database = join(work, 'colmap.db');
  const paths = ['--database_path', database, '--image_path', photos];
  const camera = ['--ImageReader.single_camera', '1'];
  const features = await seconds('colmap', [
    ...['feature_extractor', ...paths, ...camera],
    ...['--SiftExtraction.use_gpu', '0', '--SiftExtraction.num_threads', '2'],
  ]);
  const matching = await seconds('colmap', [
    ...['exhaustive_matcher', '--database_path', database],
    ...['--SiftMatching.use_gpu', '0', '--SiftMatching.num_threads', '2'],
  ]);
  const mapper = ['mapper', ...paths, '--output_path', work, '--Mapper.num_threads', '2'];
  const mapping = await seconds('colmap', mapper, true);
  return features + matching + mapping;
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error('usage: node test/bench/geometry-colmap.ts <folder of photos>…');
  process.exit(2);
}
console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)} before the first run`);
for (const photos of folders) {
  const work = await mkdtemp(join(tmpdir(), 'geometry-colmap-'));
  try {
    const cli = join(import.meta.dirname, '../../electron/cli/main.ts');
    const ours = await seconds(process.execPath, [cli, 'reconstruct', photos, '--project', join(work, 'project')]);
    const theirs = await colmapSeconds(photos, work);
    const count = (await readdir(photos)).length;
    console.log(
      `${photos}: ${count} photos, ours dense ${ours.toFixed(1)} s, COLMAP sparse ${theirs.toFixed(1)} s, ratio ${(ours / theirs).toFixed(2)}`,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
