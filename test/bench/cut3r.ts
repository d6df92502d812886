// CUT3R at full size with random weights, float32 on the CPU: memory of the compile, and time of encoder and step against the sum of their
// matrix products at this machine's own GEMM rate and against the same architecture in PyTorch, all taking turns.
// `BENCH_THREADS` sets the threads of both (1). Needs 4 GB of disk and 8 GB of memory; PyTorch is found as torch-partner.ts says.

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
import { fastestTurns, ownTurn } from './turns.ts';

const rounds = 5;
/** The product of the first layer of the encoder's MLP, which a machine runs about as fast as any. */
const [gemmRows, gemmInner, gemmColumns] = [768, 1024, 4096];

export async function run(threads = Number(process.env.BENCH_THREADS ?? 1)): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const size of Object.keys(fullSizes) as FullSize[]) {
    const parent = await mkdtemp(join(process.env.BENCH_FOLDER ?? tmpdir(), 'cut3r-bench-'));
    try {
      const folder = join(parent, 'cut3r-bench');
      const { parameters, seconds, peakMb } = await compileApart(size, folder);
      rows.push({
        name: `CUT3R ${size}, memory of the compile`,
        value: peakMb,
        target: '≤ 2000',
        unit: 'MB',
        ok: peakMb <= 2000,
        note: `${(parameters / 1e6).toFixed(0)} million parameters in ${seconds.toFixed(0)} s`,
      });
      rows.push(...(await measured(size, folder, threads)));
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  }
  return rows;
}

async function measured(size: FullSize, folder: string, threads: number): Promise<BenchRow[]> {
  const { widthPx, heightPx, preset } = fullSizes[size];
  const { config } = buildCut3r(await randomCheckpoint(size), 'random', 'float32');
  const flops = cut3rFlops(config, widthPx, heightPx);
  const network = await RecurrentNetwork.open(await readPack(folder), { providers: [], threads });
  const gemm = await openGemm(threads);
  const python = await pythonWithTorch();
  const torch = 'python' in python ? await startTorch(python.python, preset, widthPx, heightPx, threads) : null;
  try {
    const image = noise(3 * widthPx * heightPx);
    const features = await network.encode(image, widthPx, heightPx);
    const state = await network.step(features, await network.begin(), true);
    const product = { x: floats(noise(gemmRows * gemmInner), gemmRows, gemmInner) };
    const best = await fastestTurns(
      {
        gemm: () => ownTurn(() => gemm.run(product)),
        encoder: () => ownTurn(() => network.encode(image, widthPx, heightPx)),
        step: () => ownTurn(() => network.step(features, state, false)),
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
      return [againstProducts(work, rates, threads), againstTorch(work, theirs, Math.max(...rates))];
    });
  } finally {
    torch?.end();
    await gemm.dispose();
    await network.dispose();
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
  { name, flops, ms }: Work,
  theirs: { name: string; ms: number } | { missing: string },
  rate: number,
): BenchRow {
  const row = { name: `${name}, times as fast as PyTorch`, target: '≥ 2', unit: '×' };
  if ('missing' in theirs) return { ...row, value: null, ok: true, note: theirs.missing };
  const speed = theirs.ms / ms;
  const needed = (2 * flops) / theirs.ms / 1e6 / rate;
  return {
    ...row,
    value: speed,
    ok: speed >= 2,
    note: `${theirs.name} ${theirs.ms.toFixed(0)} ms; to halve that takes ${needed.toFixed(2)} times the rate of a bare product`,
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
