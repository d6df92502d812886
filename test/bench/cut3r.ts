// CUT3R at full size with random weights: memory of the compile, time of encoder and step against the sum of their matrix products at
// this machine's own GEMM rate. `node test/bench/cut3r.ts [512|224] [threads]`. Not part of the tests: needs 4 GB of disk and 8 GB of memory.
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { float, GraphBuilder } from '../../models/compile/graph.ts';
import { buildCut3r, compileCut3r, cut3rLicence } from '../../models/compile/cut3r-pack.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { readPack } from '../../models/run/packs.ts';
import { physicalCores } from '../../models/run/providers.ts';
import { RecurrentNetwork } from '../../models/run/recurrent/network.ts';
import { floats, openSession } from '../../models/run/session.ts';
import { cut3rFlops } from './cut3r-flops.ts';

const models = {
  512: { file: 'cut3r_512_dpt_4_64', widthPx: 512, heightPx: 384 },
  224: { file: 'cut3r_224_linear_4', widthPx: 224, heightPx: 224 },
} as const;

type Size = keyof typeof models;

async function source(size: Size) {
  const path = new URL(`../fixtures/models/${models[size].file}.tensors.json`, import.meta.url);
  const { tensors } = JSON.parse(await readFile(path, 'utf8')) as { tensors: Record<string, number[]> };
  return randomSource(tensors, 'ARCroco3DStereo()');
}

/** In a process of its own, so that its peak is its own. */
async function compile(size: Size, folder: string): Promise<void> {
  const start = performance.now();
  const identity = {
    id: `cut3r-${size}`,
    name: `CUT3R ${size}`,
    licence: cut3rLicence,
    precision: 'float32',
    fingerprint: 'random',
  } as const;
  const { parameters } = await compileCut3r(await source(size), 'random', folder, identity);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(
    `compile: ${(parameters / 1e6).toFixed(1)} million parameters in ${((performance.now() - start) / 1000).toFixed(0)} s, peak memory ${peakMb.toFixed(0)} MB`,
  );
}

/** Best of several runs of a product of the shapes of the encoder's MLP: GFLOP/s. */
async function gemmRate(threads: number): Promise<number> {
  const [n, c, h] = [768, 1024, 4096];
  const g = new GraphBuilder('gemm');
  const x = g.input('x', 'float32', [n, c]);
  const up = g.op('Gemm', [x, g.constant(noise(c * h), [h, c])], { transB: 1, alpha: float(1) });
  g.output('y', g.op('Gemm', [up, g.constant(noise(c * h), [c, h])], { transB: 1 }), [n, c]);
  const session = await openSession(g.encode(), { providers: [], threads });
  const feed = { x: floats(noise(n * c), n, c) };
  const best = await fastest(() => session.run(feed), 12, threads);
  await session.dispose();
  return (4 * n * c * h) / best / 1e6;
}

const noise = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 0.1);

/**
 * Shortest of several runs in ms of the processor divided by threads: others on the machine lengthen the wall clock, not this. With more than
 * one thread the waiting of ONNX Runtime's threads for each other counts too, so on a busy machine measure with one.
 */
async function fastest(run: () => Promise<unknown>, times: number, threads: number): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000 / threads);
  }
  return best;
}

async function measure(size: Size, folder: string, threads: number): Promise<void> {
  const { widthPx, heightPx } = models[size];
  const { config } = buildCut3r(await source(size), 'random', 'float32');
  const flops = cut3rFlops(config, widthPx, heightPx);
  const before = await gemmRate(threads);
  const network = await RecurrentNetwork.open(await readPack(folder), { providers: [], threads });
  const image = noise(3 * widthPx * heightPx);
  const start = await network.begin();
  const features = await network.encode(image, widthPx, heightPx);
  const first = await network.step(features, start, true);
  const encoderMs = await fastest(() => network.encode(image, widthPx, heightPx), 3, threads);
  const stepMs = await fastest(() => network.step(features, first, false), 3, threads);
  const rate = Math.max(before, await gemmRate(threads));
  console.log(`${widthPx}×${heightPx}, float32, CPU, ${threads} threads; GEMM ${rate.toFixed(0)} GFLOP/s`);
  for (const [name, ms, work] of [
    ['encoder', encoderMs, flops.encoder],
    ['step', stepMs, flops.step],
  ] as const) {
    const floorMs = work / rate / 1e6;
    console.log(
      `${name}: ${ms.toFixed(0)} ms for ${(work / 1e9).toFixed(0)} GFLOP, floor ${floorMs.toFixed(0)} ms, ratio ${(ms / floorMs).toFixed(2)}`,
    );
  }
  console.log(`memory of the process with all graphs open: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);
  await network.dispose();
}

async function main(): Promise<void> {
  const [sizeText = '512', threadsText] = process.argv.slice(2);
  const size: Size = sizeText === '224' ? 224 : 512;
  const part = process.env.CUT3R_BENCH_PART;
  if (part) await compile(size, part);
  else {
    const parent = await mkdtemp(join(process.env.BENCH_FOLDER ?? tmpdir(), 'cut3r-bench-'));
    const folder = join(parent, `cut3r-${size}`);
    try {
      await new Promise<void>((resolve, reject) =>
        fork(fileURLToPath(import.meta.url), [String(size)], { env: { ...process.env, CUT3R_BENCH_PART: folder } }).on(
          'exit',
          (code) => (code === 0 ? resolve() : reject(new Error(`The compile ended with ${code}.`))),
        ),
      );
      await measure(size, folder, threadsText ? Number(threadsText) : physicalCores());
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  }
}

if (import.meta.main) await main();
