// `npm run setup:cuda`: fetches the CUDA provider of onnxruntime-node by that package's own script, and says what it did.

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GraphBuilder } from '../models/compile/graph.ts';
import { cudaLibrary, runtimeFolder } from '../models/run/providers.ts';
import { openSession } from '../models/run/session.ts';

/** Sentences for the terminal, and whether CUDA can be used now. */
export interface SetupResult {
  lines: string[];
  usable: boolean;
}

/** @param install runs the package's script and answers with its exit code */
export async function setupCuda(install: () => number): Promise<SetupResult> {
  const lines: string[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return {
      lines: [
        `onnxruntime-node has a CUDA provider for Linux on x64 only; this is ${process.platform} on ${process.arch}. Nothing was done.`,
      ],
      usable: false,
    };
  const library = join(runtimeFolder(), cudaLibrary);
  if (existsSync(library)) lines.push(`The CUDA provider is there already: ${library}`);
  else {
    const code = install();
    if (!existsSync(library)) {
      lines.push(
        `The CUDA provider could not be fetched (the script of onnxruntime-node ended with ${code}). It comes from api.nuget.org; is that reachable?`,
        'Everything goes on working on the CPU or through WebGPU.',
      );
      return { lines, usable: false };
    }
    lines.push(
      `Fetched the CUDA provider (${(statSync(library).size / 2 ** 20).toFixed(0)} MB) from nuget.org into ${dirname(library)}`,
    );
  }
  const provider = await providerNow();
  const usable = provider.startsWith('CUDA');
  lines.push(usable ? 'A test graph runs on CUDA.' : `It cannot be used on this machine yet: ${provider}.`);
  if (!usable) lines.push('It needs an NVIDIA driver, CUDA 12 and cuDNN 9 on the library path.');
  return { lines, usable };
}

/** What a small graph runs on when CUDA is wanted. */
async function providerNow(): Promise<string> {
  const g = new GraphBuilder('probe');
  const x = g.input('x', 'float32', [2, 2]);
  g.output('y', g.matmul(x, x), [2, 2]);
  const session = await openSession(g.encode(), { providers: ['cuda'] });
  await session.dispose();
  return session.providerLine;
}

function runInstallScript(): number {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const script = join(dirname(packageFile), 'script', 'install.js');
  // The variable outranks the `skip` in our .npmrc; `cuda12` would be its documented value, but that one is ignored (onnxruntime-node 1.30).
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' };
  return spawnSync(process.execPath, [script], { stdio: 'inherit', env }).status ?? 1;
}

if (import.meta.main) {
  const { lines, usable } = await setupCuda(runInstallScript);
  for (const line of lines) console.log(line);
  process.exitCode = usable ? 0 : 1;
}
