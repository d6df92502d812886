// CUT3R at full size with random weights on the CPU: memory of the compile, and time of encoder and step against the sum of their matrix
// products at this machine's own GEMM rate (float32) and against the same architecture in PyTorch (float32 and int8), all taking turns.
// `BENCH_THREADS` sets the threads of both (1). Needs 5 GB of disk and 12 GB of memory; PyTorch is found as torch-partner.ts says.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCut3r } from '../../models/compile/cut3r-pack.ts';
import { GraphBuilder } from '../../models/compile/graph.ts';
import { readPack } from '../../models/run/packs.ts';
import { RecurrentNetwork } from '../../models/run/recurrent/network.ts';
import { floats, openSession, type Session } from '../../models/run/session.ts';
import { cut3rFlops } from './cut3r-flops.ts';
import { compileApart, fullSizes, randomCheckpoint, type FullSize } from './full-size-cut3r.ts';
import type { BenchRow } from './row.ts';
import { pythonWithTorch, startTorch, type TorchPartner } from './torch-partner.ts';
import { fastestTurns, ownTurn, type Turn } from './turns.ts';

const rounds = 5;
const precisions = ['float32', 'int8'] as const;
/** The product of the first layer of the encoder's MLP, which a machine runs about as fast as any. */
const [gemmRows, gemmInner, gemmColumns] = [768, 1024, 4096];

export async function run(threads = Number(process.env.BENCH_THREADS ?? 1)): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const size of Object.keys(fullSizes) as FullSize[]) {
    const parent = await mkdtemp(join(process.env.BENCH_FOLDER ?? tmpdir(), 'cut3r-bench-'));
    try {
      for (const precision of precisions) {
        const { parameters, seconds, peakMb } = await compileApart(size, join(parent, precision), precision);
        rows.push({
          name: `CUT3R ${size}, memory of the compile to ${precision}`,
          value: peakMb,
          target: '≤ 2000',
          unit: 'MB',
          ok: peakMb <= 2000,
          note: `${(parameters / 1e6).toFixed(0)} million parameters in ${seconds.toFixed(0)} s`,
        });
      }
      rows.push(...(await measured(size, parent, threads)));
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  }
  return rows;
}

/** @param parent holds a pack for each precision, called by its name */
async function measured(size: FullSize, parent: string, threads: number): Promise<BenchRow[]> {
  const { widthPx, heightPx, preset } = fullSizes[size];
  const { config } = buildCut3r(await randomCheckpoint(size), 'random', 'float32');
  const flops = cut3rFlops(config, widthPx, heightPx);
  const float32 = await openParty(join(parent, 'float32'), size, threads);
  const int8 = await openParty(join(parent, 'int8'), size, threads);
  const gemm = await openGemm(threads);
  const python = await pythonWithTorch();
  const torch = 'python' in python ? await startTorch(python.python, preset, widthPx, heightPx, threads) : null;
  try {
    const product = { x: floats(noise(gemmRows * gemmInner), gemmRows, gemmInner) };
    const best = await fastestTurns(
      {
        gemm: () => ownTurn(() => gemm.run(product)),
        encoder: float32.encoder,
        step: float32.step,
        'int8 encoder': int8.encoder,
        'int8 step': int8.step,
        ...(torch && torchParties(torch)),
      },
      rounds,
    );
    return (['encoder', 'step'] as const).flatMap((part) => {
      const work = { name: `CUT3R ${size}, ${part}`, flops: flops[part], ms: best[part].cpuMs / threads };
      const rates = (torch ? [best.gemm, best['torch gemm']] : [best.gemm]).map(({ cpuMs }) =>
        gemmRate(cpuMs / threads),
      );
      const theirs = torch
        ? { name: torch.name, ms: best[`torch ${part}`].cpuMs / threads }
        : { missing: 'missing' in python ? python.missing : '' };
      const eightBits = { name: `${work.name} in int8`, ms: best[`int8 ${part}`].cpuMs / threads };
      return [
        againstProducts(work, rates, threads),
        againstTorch(work, theirs, (theirMs) => {
          const needed = (2 * work.flops) / theirMs / 1e6 / Math.max(...rates);
          return `to halve that takes ${needed.toFixed(2)} times the rate of a bare product`;
        }),
        againstTorch(eightBits, theirs, () => {
          const gain = (work.ms / eightBits.ms).toFixed(2);
          return `ours ${eightBits.ms.toFixed(0)} ms, ${gain} times as fast as our float32`;
        }),
      ];
    });
  } finally {
    torch?.end();
    await gemm.dispose();
    await float32.dispose();
    await int8.dispose();
  }
}

/** GFLOP/s of one bare product. */
const gemmRate = (ms: number): number => (2 * gemmRows * gemmInner * gemmColumns) / ms / 1e6;

interface Work {
  name: string;
  flops: number;
  ms: number;
}

/** @param rates GFLOP/s of a bare product in each runtime; the faster one makes the floor */
function againstProducts({ name, flops, ms }: Work, rates: readonly number[], threads: number): BenchRow {
  const ratio = ms / (flops / Math.max(...rates) / 1e6);
  const told = rates.map((rate) => rate.toFixed(0)).join(' and ');
  return {
    name: `${name} against its matrix products`,
    value: ratio,
    target: '≤ 1.5',
    unit: '×',
    ok: ratio <= 1.5,
    note: `${ms.toFixed(0)} ms for ${(flops / 1e9).toFixed(0)} GFLOP; bare products ${told} GFLOP/s (ONNX Runtime${rates.length > 1 ? ', PyTorch' : ''}); ${threads} thread(s), processor time, best of ${rounds}`,
  };
}

function againstTorch(
  { name, ms }: { name: string; ms: number },
  theirs: { name: string; ms: number } | { missing: string },
  note: (theirMs: number) => string,
): BenchRow {
  const row = { name: `${name}, times as fast as PyTorch`, target: '≥ 2', unit: '×' };
  if ('missing' in theirs) return { ...row, value: null, ok: true, note: theirs.missing };
  const speed = theirs.ms / ms;
  return {
    ...row,
    value: speed,
    ok: speed >= 2,
    note: `${theirs.name} in float32 ${theirs.ms.toFixed(0)} ms; ${note(theirs.ms)}`,
  };
}

interface Party {
  encoder(): Promise<Turn>;
  step(): Promise<Turn>;
  dispose(): Promise<void>;
}

/** A pack that takes turns: the same photo and the same state every time. */
async function openParty(folder: string, size: FullSize, threads: number): Promise<Party> {
  const { widthPx, heightPx } = fullSizes[size];
  const network = await RecurrentNetwork.open(await readPack(folder), { providers: [], threads });
  const image = noise(3 * widthPx * heightPx);
  const features = await network.encode(image, widthPx, heightPx);
  const state = await network.step(features, await network.begin(), true);
  return {
    encoder: () => ownTurn(() => network.encode(image, widthPx, heightPx)),
    step: () => ownTurn(() => network.step(features, state, false)),
    dispose: () => network.dispose(),
  };
}

const torchParties = (torch: TorchPartner) => ({
  'torch gemm': () => torch.turn('gemm'),
  'torch encoder': () => torch.turn('encoder'),
  'torch step': () => torch.turn('step'),
});

function openGemm(threads: number): Promise<Session> {
  const g = new GraphBuilder('gemm');
  const x = g.input('x', 'float32', [gemmRows, gemmInner]);
  const w = g.constant(noise(gemmInner * gemmColumns), [gemmColumns, gemmInner]);
  g.output('y', g.op('Gemm', [x, w], { transB: 1 }), [gemmRows, gemmColumns]);
  return openSession(g.encode(), { providers: [], threads });
}

const noise = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 0.1);
