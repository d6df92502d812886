// CUT3R's architecture in plain PyTorch (models/train/bench.py) as a process that takes turns with ours on the same machine.

import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { Turn } from './turns.ts';

const repository = resolve(import.meta.dirname, '../..');

export interface TorchPartner {
  /** For example `PyTorch 2.9.0`. */
  name: string;
  /** One run of a part of the network, or of a single matrix product. */
  turn(part: 'encoder' | 'step' | 'gemm'): Promise<Turn>;
  end(): void;
}

/** A Python that has PyTorch: `PERMANENCE_PYTHON`, or `.venv` in the repository (models/train/README.md). @returns why not, as half a sentence */
export async function pythonWithTorch(): Promise<{ python: string } | { missing: string }> {
  const own = join(repository, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const python = process.env.PERMANENCE_PYTHON ?? (existsSync(own) ? own : null);
  if (python === null) return { missing: 'there is neither PERMANENCE_PYTHON nor .venv' };
  try {
    await promisify(execFile)(python, ['-c', 'import torch']);
    return { python };
  } catch {
    return { missing: `${python} has no PyTorch` };
  }
}

export async function startTorch(
  python: string,
  preset: string,
  widthPx: number,
  heightPx: number,
  threads: number,
): Promise<TorchPartner> {
  const size = ['--preset', preset, '--width', `${widthPx}`, '--height', `${heightPx}`, '--threads', `${threads}`];
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    python,
    [join(repository, 'models/train/bench.py'), ...size],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('PyTorch ended without an answer.');
    return JSON.parse(value) as Record<string, unknown>;
  };
  const { torch } = await answer();
  return {
    name: `PyTorch ${String(torch).replace(/\+.*/, '')}`,
    turn: async (part) => {
      child.stdin.write(`${part}\n`);
      return (await answer()) as unknown as Turn;
    },
    end: () => {
      child.stdin.end();
    },
  };
}
