// Which execution providers this machine can try, in order, and why the others are left out.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

export type Provider = 'cuda' | 'webgpu' | 'dml' | 'coreml' | 'cpu';

export const providerNames: Readonly<Record<Provider, string>> = {
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'CoreML',
  cpu: 'CPU',
};

export interface ProviderCandidate {
  provider: Provider;
  /** null: worth a try; else why it is not, as half a sentence. */
  obstacle: string | null;
}

/** Folder of onnxruntime-node's libraries for this platform; the CUDA provider is looked for there. */
export function runtimeFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return join(dirname(packageFile), 'bin', 'napi-v6', process.platform, process.arch);
}

/** File that `npm run setup:cuda` brings. */
export const cudaLibrary = 'libonnxruntime_providers_cuda.so';

/**
 * Every provider that exists on this platform, best first; the CPU is always last and never has an obstacle.
 * Obstacles are looked up before trying, because a failing provider writes pages of its own log to the terminal.
 */
export function providerCandidates(): ProviderCandidate[] {
  const { platform, arch } = process;
  const candidates: ProviderCandidate[] = [];
  if (platform === 'linux' && arch === 'x64')
    candidates.push({
      provider: 'cuda',
      obstacle: !existsSync('/proc/driver/nvidia/version')
        ? 'no NVIDIA driver'
        : existsSync(join(runtimeFolder(), cudaLibrary))
          ? null
          : 'its library is not installed (npm run setup:cuda)',
    });
  candidates.push({
    provider: 'webgpu',
    obstacle: platform === 'linux' && !hasRenderNode() ? 'no graphics device' : null,
  });
  if (platform === 'win32') candidates.push({ provider: 'dml', obstacle: null });
  if (platform === 'darwin') candidates.push({ provider: 'coreml', obstacle: null });
  candidates.push({ provider: 'cpu', obstacle: null });
  return candidates;
}

function hasRenderNode(): boolean {
  try {
    return existsSync('/dev/dxg') || readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return existsSync('/dev/nvidiactl');
  }
}

/** Cores without their second hardware threads: matrix products gain nothing from the latter. */
export function physicalCores(): number {
  const logical = Math.max(1, cpus().length);
  try {
    if (process.platform === 'linux') return Math.min(logical, linuxCores()) || logical;
    if (process.platform === 'darwin')
      return Number(execFileSync('sysctl', ['-n', 'hw.physicalcpu'], { encoding: 'utf8', timeout: 2000 })) || logical;
  } catch {
    return logical;
  }
  // Windows tells the number only through slow tools; x64 machines with four or more threads nearly always pair them.
  return process.arch === 'x64' && logical >= 4 ? logical / 2 : logical;
}

function linuxCores(): number {
  const cores = new Set<string>();
  let socket = '0';
  for (const line of readFileSync('/proc/cpuinfo', 'utf8').split('\n')) {
    const [key, value] = line.split(':').map((part) => part.trim());
    if (key === 'physical id') socket = value;
    else if (key === 'core id') cores.add(`${socket}/${value}`);
  }
  return cores.size;
}
