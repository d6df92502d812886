// What crash tests share: a generator of moments, the real command line as a child process, and a look at what is on disk.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chunkPath, projectLayout, statePath } from '../../projects/format/layout.ts';
import { decodeSafetensors } from '../../projects/format/safetensors.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';

const cli = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface CliProcess {
  child: ChildProcess;
  /** Exit code (null when killed) and what it wrote. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts the command line with its data under `dataFolder`. */
export function startCli(args: readonly string[], dataFolder: string): CliProcess {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, PERMANENCE_DATA: dataFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

/** Resolves when so many chunk files have come that were not there before; rejects when what makes them ends first. */
export async function newChunks(projectFolder: string, count: number, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  const names = (): Promise<string[]> => readdir(join(projectFolder, projectLayout.chunks)).catch(() => []);
  const before = new Set(await names());
  while ((await names()).filter((name) => !before.has(name) && !name.endsWith('.tmp')).length < count) {
    if (isOver) throw new Error('the run ended before it could be killed');
    await sleep(5);
  }
}

export interface OnDisk {
  placed: string[];
  failed: number;
  /** Rows whose file is missing. */
  rowsWithoutFiles: string[];
  /** Whole files whose row is missing: what the crash cost. Temporary files do not count. */
  filesWithoutRows: string[];
  openNotices: readonly string[];
  runStatus: string | null;
  runs: number;
}

/** What a project holds, as it lies there after a crash. Reads the folder before the store opens and tidies it. */
export async function lookAt(projectFolder: string): Promise<OnDisk> {
  const files = (await readdir(join(projectFolder, projectLayout.chunks))).filter((name) => !name.endsWith('.tmp'));
  const store = await ProjectStore.open(projectFolder);
  try {
    const run = store.runs.newest();
    const frames = run ? store.frames.list(run.id) : [];
    const rows = store.chunks.ids().map(chunkPath);
    const present = files.map((name) => `${projectLayout.chunks}/${name}`);
    return {
      placed: frames
        .filter(({ status }) => status === 'placed')
        .map(({ photoId }) => store.photos.byId(photoId)?.name ?? ''),
      failed: frames.filter(({ status }) => status === 'failed').length,
      rowsWithoutFiles: rows.filter((path) => !present.includes(path)),
      filesWithoutRows: present.filter((path) => !rows.includes(path)),
      openNotices: store.openNotices,
      runStatus: run?.status ?? null,
      runs: store.runs.list().length,
    };
  } finally {
    store.close();
  }
}

/** Bytes of the newest saved state of a project's run, tensor by tensor. */
export async function finalState(projectFolder: string): Promise<Record<string, string>> {
  const store = await ProjectStore.open(projectFolder);
  try {
    const run = store.runs.newest();
    const state = run && store.states.list(run.id).at(-1);
    if (!run || !state) throw new Error('The project has no saved state.');
    const { tensors } = decodeSafetensors(await readFile(join(projectFolder, statePath(run.id, state.stepIdx))));
    const bytes = [...tensors].map(([name, { data }]): [string, string] => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]);
    return { ...Object.fromEntries(bytes), stepIdx: String(state.stepIdx) };
  } finally {
    store.close();
  }
}
