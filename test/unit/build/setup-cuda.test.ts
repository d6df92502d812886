// The CUDA setup with the package's own script and a server of ours: what arrives whole takes its place, everything else leaves all as it was.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setupCuda, type SetupResult } from '../../../build/setup-cuda.ts';
import { cudaLibrary } from '../../../models/run/providers.ts';
import type { Behaviour, Message } from '../../support/package-server.ts';
import { zipOf, type FileInZip } from '../../support/torch-file.ts';

const realPackage = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const names = [cudaLibrary, 'libonnxruntime_providers_shared.so', 'libonnxruntime_providers_tensorrt.so'];
let root: string;
let server: ChildProcess;
let port = 0;
let packageFolder: string;
const bin = (): string => join(packageFolder, 'bin', 'napi-v6', 'linux', 'x64');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'setup-cuda-'));
  // The script asks api.nuget.org, whatever it is told: in its process that name leads here.
  writeFileSync(
    join(root, 'lead-here.cjs'),
    `const http = require('node:http');
     require('node:https').get = (...args) => {
       const [to] = args;
       const path = typeof to === 'string' ? new URL(to).pathname : (to.path ?? to.pathname);
       return http.request('http://127.0.0.1:' + process.env.STAND_IN_PORT + path, args.find((arg) => typeof arg === 'function')).end();
     };`,
  );
  server = fork(fileURLToPath(new URL('../../support/package-server.ts', import.meta.url)));
  const [{ port: given = 0 }] = (await once(server, 'message')) as [Message];
  port = given;
});
afterAll(async () => {
  server.kill();
  await rm(root, { recursive: true, force: true });
});

beforeEach(async () => {
  const modules = join(await mkdtemp(join(root, 'case-')), 'node_modules');
  packageFolder = join(modules, 'onnxruntime-node');
  cpSync(join(realPackage, 'script'), join(packageFolder, 'script'), { recursive: true });
  mkdirSync(bin(), { recursive: true });
  writeFileSync(join(bin(), 'onnxruntime_binding.node'), 'as it was');
  for (const name of ['adm-zip', 'global-agent'])
    symlinkSync(join(dirname(realPackage), name), join(modules, name), 'dir');
});

/** A library of so many bytes with its section table at the end, as linkers write it. */
function library(bytes = 5000): Uint8Array {
  const out = Buffer.alloc(bytes, 7);
  out.writeUInt32BE(0x7f454c46, 0);
  out.writeBigUInt64LE(BigInt(bytes - 128), 40);
  out.writeUInt16LE(64, 58);
  out.writeUInt16LE(2, 60);
  return out;
}
const inPackage = (files: readonly FileInZip[]): Uint8Array =>
  zipOf(files.map(({ name, bytes }) => ({ name: `runtimes/linux-x64/native/${name}`, bytes })));
const whole = (): FileInZip[] => names.map((name) => ({ name, bytes: library() }));

async function tellServer(order: unknown): Promise<readonly string[]> {
  server.send(order as object);
  const [{ asked = [] }] = (await once(server, 'message')) as [Message];
  return asked;
}

interface Run extends SetupResult {
  text: string;
  /** Paths that the server was asked for. */
  asked: readonly string[];
}

async function run(body: Uint8Array, behaviour: Behaviour = 'serves', at = port): Promise<Run> {
  await tellServer({ behaviour, bodyBase64: Buffer.from(body).toString('base64') });
  const result = await setupCuda({
    packageFolder,
    platform: 'linux',
    arch: 'x64',
    environment: { NODE_OPTIONS: `--require ${join(root, 'lead-here.cjs')}`, STAND_IN_PORT: String(at) },
    providerNow: async () => 'CPU, 2 threads (CUDA: no NVIDIA driver)',
  });
  return { ...result, text: result.lines.join(' '), asked: await tellServer('what-was-asked') };
}

const left = (): string[] => [...readdirSync(bin()), ...readdirSync(packageFolder)].sort();
const untouched = ['bin', 'onnxruntime_binding.node', 'script'];

// The script itself goes by the machine it runs on.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('The CUDA provider', { timeout: 60_000 }, () => {
  test('is fetched, put beside the runtime, and what cannot be used yet is said with the reason', async () => {
    const { text, usable, asked } = await run(inPackage(whole()));
    expect(text).toContain('Fetched the CUDA provider');
    expect(text).toContain('It cannot be used on this machine yet: CPU, 2 threads (CUDA: no NVIDIA driver)');
    expect(usable).toBe(false);
    expect(asked.at(-1)).toMatch(/microsoft\.ml\.onnxruntime\.gpu\.linux\.1\.30\.0\.nupkg$/);
    expect(left()).toEqual([...untouched, ...names].sort());
    expect(readFileSync(join(bin(), cudaLibrary))).toEqual(library());

    const again = await run(inPackage(whole()));
    expect(again.text).toContain('is there already');
    expect(again.asked).toEqual([]);
  });

  test('that is there but was cut is fetched again', async () => {
    writeFileSync(join(bin(), cudaLibrary), library().subarray(0, 3000));
    const { text } = await run(inPackage(whole()));
    expect(text).toMatch(/not whole; it is fetched again.*Fetched/);
    expect(readFileSync(join(bin(), cudaLibrary))).toEqual(library());
  });

  const damaged = (): Uint8Array => {
    const bytes = inPackage(whole());
    bytes[3000] ^= 1;
    return bytes;
  };
  const cut = (): FileInZip[] => whole().map(({ name, bytes }) => ({ name, bytes: bytes.subarray(0, 4000) }));
  test.for<{ what: string; body: () => Uint8Array; behaviour?: Behaviour; said: RegExp; nowhere?: boolean }>([
    { what: 'breaks off in the middle', body: () => inPackage(whole()), behaviour: 'breaks-off', said: /./ },
    { what: 'has a byte that its checksum does not fit', body: damaged, said: /ended with [1-9]/ },
    { what: 'holds libraries that are cut', body: () => inPackage(cut()), said: /did not arrive whole/ },
    { what: 'lacks a library', body: () => inPackage(whole().slice(0, 2)), said: /ended with [1-9]/ },
    { what: 'is another thing than an archive', body: () => Buffer.from('<html>'), said: /ended with [1-9]/ },
    {
      what: 'is not there in this version',
      body: () => inPackage([]),
      behaviour: 'has-none',
      said: /ended with [1-9]/,
    },
    {
      what: 'cannot be asked for, for there is no network',
      body: () => inPackage([]),
      said: /ended with [1-9]/,
      nowhere: true,
    },
  ])('that $what changes nothing, and everything else goes on', async ({ body, behaviour, said, nowhere }) => {
    // Port 1 of this machine answers nobody.
    const { text, usable } = await run(body(), behaviour, nowhere ? 1 : port);
    expect(text).toMatch(/^The CUDA provider could not be fetched: /);
    expect(text).toMatch(said);
    expect(text).toContain('Everything goes on working on the CPU or through WebGPU.');
    expect(usable).toBe(false);
    expect(left()).toEqual(untouched);
  });

  test('exists for Linux on x64 only', async () => {
    const { lines } = await setupCuda({
      packageFolder,
      platform: 'darwin',
      arch: 'arm64',
      providerNow: async () => '',
    });
    expect(lines.join()).toMatch(/this is darwin on arm64.*Nothing was done/);
    expect(existsSync(join(bin(), cudaLibrary))).toBe(false);
  });
});
