// `npm run setup:cuda`: fetches the CUDA provider of onnxruntime-node by that package's own script, and says what it did.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GraphBuilder } from '../models/compile/graph.ts';
import { cudaLibrary } from '../models/run/providers.ts';
import { openSession } from '../models/run/session.ts';
import { isWholeElf } from './whole-elf.ts';

/** Sentences for the terminal, and whether CUDA can be used now. */
export interface SetupResult {
  lines: string[];
  usable: boolean;
}

export interface SetupOptions {
  /** Of onnxruntime-node. */
  packageFolder: string;
  platform: string;
  arch: string;
  /** Added to what the package's script is run with. */
  environment?: Readonly<Record<string, string>>;
  /** What a small graph runs on when CUDA is wanted. */
  providerNow(): Promise<string>;
}

const binFolder = join('bin', 'napi-v6', 'linux', 'x64');

/** The libraries are fetched beside the package and take their places only when all are whole: a fetch that is cut off leaves nothing. */
export async function setupCuda(options: SetupOptions): Promise<SetupResult> {
  const { packageFolder, platform, arch, providerNow } = options;
  if (platform !== 'linux' || arch !== 'x64') {
    const place = `onnxruntime-node has a CUDA provider for Linux on x64 only; this is ${platform} on ${arch}.`;
    return { lines: [`${place} Nothing was done.`], usable: false };
  }
  const lines: string[] = [];
  const library = join(packageFolder, binFolder, cudaLibrary);
  if (existsSync(library) && isWholeElf(library)) lines.push(`The CUDA provider is there already: ${library}`);
  else {
    if (existsSync(library)) lines.push('The CUDA provider that is there is not whole; it is fetched again.');
    const problem = fetchInto(options);
    if (problem !== null) {
      lines.push(
        `The CUDA provider could not be fetched: ${problem}. It comes from api.nuget.org; is that reachable?`,
        'Everything goes on working on the CPU or through WebGPU.',
      );
      return { lines, usable: false };
    }
    const size = (statSync(library).size / 2 ** 20).toFixed(0);
    lines.push(`Fetched the CUDA provider (${size} MB) from nuget.org into ${dirname(library)}`);
  }
  const provider = await providerNow();
  const usable = provider.startsWith('CUDA');
  lines.push(usable ? 'A test graph runs on CUDA.' : `It cannot be used on this machine yet: ${provider}.`);
  if (!usable) lines.push('It needs an NVIDIA driver, CUDA 12 and cuDNN 9 on the library path.');
  return { lines, usable };
}

/** @returns half a sentence on what went wrong, null when the libraries are in their places */
function fetchInto({ packageFolder, environment }: SetupOptions): string | null {
  // Inside of the package, so that its script finds what it needs, and so that the move at the end stays on one disk.
  const staging = join(packageFolder, '.cuda-setup');
  rmSync(staging, { recursive: true, force: true });
  try {
    cpSync(join(packageFolder, 'script'), join(staging, 'script'), { recursive: true });
    // The variable outranks the `skip` in our .npmrc; `cuda12` would be its documented value, but that one is ignored (onnxruntime-node 1.30).
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true', ...environment };
    const { status } = spawnSync(process.execPath, [join(staging, 'script', 'install.js')], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    });
    const fetched = join(staging, binFolder);
    const names = existsSync(fetched) ? readdirSync(fetched) : [];
    if (status !== 0) return `the script of onnxruntime-node ended with ${status}`;
    // It ends well when the connection breaks off.
    if (!names.includes(cudaLibrary)) return 'the download broke off';
    const broken = names.find((name) => !isWholeElf(join(fetched, name)));
    if (broken !== undefined) return `${broken} did not arrive whole`;
    mkdirSync(join(packageFolder, binFolder), { recursive: true });
    // The one that is looked for comes last.
    for (const name of names.sort((a, b) => Number(a === cudaLibrary) - Number(b === cudaLibrary)))
      renameSync(join(fetched, name), join(packageFolder, binFolder, name));
    return null;
  } catch (thrown) {
    return (thrown as Error).message;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function providerNow(): Promise<string> {
  const g = new GraphBuilder('probe');
  const x = g.input('x', 'float32', [2, 2]);
  g.output('y', g.matmul(x, x), [2, 2]);
  const session = await openSession(g.encode(), { providers: ['cuda'] });
  await session.dispose();
  return session.providerLine;
}

if (import.meta.main) {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const { platform, arch } = process;
  const { lines, usable } = await setupCuda({ packageFolder, platform, arch, providerNow });
  for (const line of lines) console.log(line);
  process.exitCode = usable ? 0 : 1;
}
