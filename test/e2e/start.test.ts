// `npm start` without Electron and without a window: its address, its end, and its refusals.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { HostClient } from '../support/host-client.ts';
import { StudioHost } from '../support/studio-host.ts';

let dataFolder: string;
beforeAll(async () => void (dataFolder = await mkdtemp(join(tmpdir(), 'permanence-start-'))));
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

/** Runs to the end. */
function startWith(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [inRepository('build', 'start.ts'), '--web', '--no-open', ...args], {
    env: { ...process.env, PERMANENCE_DATA: dataFolder },
  });
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, said })));
}

test('it prints an address, another one on Enter, and ends tidily with a project open', async () => {
  const host = new StudioHost(dataFolder);
  const address = await host.address();
  const client = await HostClient.open(address);
  expect((await client.tell('app.info', null)).host).toBe('web');
  await client.tell('projects.create', { name: 'Open at the end', folder: null });
  await expect(HostClient.open(address)).rejects.toThrow('This address was used before');
  const second = await HostClient.open(await host.anotherAddress());
  expect((await second.tell('project.snapshot', null))?.project.name).toBe('Open at the end');
  expect(await host.end('SIGTERM')).toBe(0);
  expect(host.output.at(-1)).toBe('Saving and ending.');
});

test('a port that another program uses is named', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  expect(await startWith('--port', String(port))).toEqual({
    code: 1,
    said: `Port ${port} is in use by another program.\n`,
  });
  other.close();
});

test('a port that is none is refused with one sentence', async () => {
  const { code, said } = await startWith('--port', '70000');
  expect(code).toBe(1);
  expect(said).toBe(
    'The request was not understood: 70000 is not a port; use it like this: npm start -- [--web] [--port N] [--no-open].\n',
  );
});
