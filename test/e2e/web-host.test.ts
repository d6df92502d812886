// The web host and its security policy as a real Chromium sees them, with a page of nothing but the browser client.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { startWebHost, type WebHost } from '../../electron/web/host.ts';
import { fail, ok, type Result } from '../../projects/format/result.ts';
import { launchChromium } from '../support/chromium.ts';
import { fakeStudio } from '../support/fake-studio.ts';

const studio = fakeStudio();
let folder: string;
let host: WebHost;
let browser: Browser;
let page: Page;
const violations: string[] = [];

const startHost = (port: number | null): Promise<WebHost> =>
  startWebHost({ studio, rendererFolder: join(folder, 'page'), port });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'permanence-probe-'));
  await build({
    configFile: inRepository('build', 'vite.config.ts'),
    root: inRepository('test', 'support', 'probe-page'),
    build: { outDir: join(folder, 'page') },
    logLevel: 'error',
  });
  host = await startHost(null);
  browser = await launchChromium();
  page = await (await browser.newContext()).newPage();
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) violations.push(message.text());
  });
  await page.goto(host.newAddress());
  await page.waitForFunction(() => window.probe);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  rmSync(folder, { recursive: true });
});

test('the token leads in and leaves the address bar and the history', async () => {
  expect(page.url()).toBe(`http://127.0.0.1:${host.port}/`);
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await page.reload();
  await page.waitForFunction(() => window.probe);
});

test('the page is isolated from all others', async () => {
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
});

test('inline scripts are refused, by the policy', async () => {
  expect(await page.evaluate(() => window.inlineScriptRan)).toBeUndefined();
  expect(violations.length).toBeGreaterThan(0);
  expect(violations.every((text) => text.includes('inline script'))).toBe(true);
});

test('text is never evaluated, and nothing is fetched from elsewhere', async () => {
  const evaluated = page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineScriptRan = true';
    document.head.append(script);
    return window.inlineScriptRan;
  });
  expect(await evaluated).toBeUndefined();
  const other = await startHost(null);
  const fetched = page.evaluate(
    (url) =>
      fetch(url).then(
        () => 'reached',
        () => 'refused',
      ),
    `http://127.0.0.1:${other.port}/`,
  );
  expect(await fetched).toBe('refused');
  await other.close();
});

test('Spark works under the policy: a blob worker with WebAssembly inside', async () => {
  expect(await page.evaluate(() => window.probe!.unpack())).toBe(1);
});

test('commands are answered, errors come as data', async () => {
  studio.answer = (_command, input) => Promise.resolve(input === null ? fail('no-project') : ok(input));
  expect(await page.evaluate(() => window.probe!.studio.invoke('import.watch', { folder: '/p' }))).toEqual({
    ok: true,
    value: { folder: '/p' },
  });
  expect(await page.evaluate(() => window.probe!.studio.invoke('project.snapshot', null))).toEqual({
    ok: false,
    error: { code: 'no-project', sentence: 'No project is open.' },
  });
});

test('an event reaches its listener until the subscription ends', async () => {
  await page.evaluate(() => {
    const heard: unknown[] = [];
    const end = window.probe!.studio.on('models.progress', (payload) => {
      heard.push(payload?.stage);
      if (payload?.stage === 'b') end();
    });
    Object.assign(window, { heard });
  });
  for (const stage of ['a', 'b', 'c']) studio.emit({ name: 'models.progress', payload: { stage, fraction: null } });
  // A command answered after the events shows that they have all arrived.
  await page.evaluate(() => window.probe!.studio.invoke('project.snapshot', null));
  expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual(['a', 'b']);
});

test('bulk bytes come by id', async () => {
  writeFileSync(join(folder, 'c.safetensors'), 'chunk');
  studio.bulk.set('chunk/c1', join(folder, 'c.safetensors'));
  const text = page.evaluate(() => fetch(window.probe!.studio.url('chunk', 'c1')).then((response) => response.text()));
  expect(await text).toBe('chunk');
});

test('files are sent with progress and keep their names', async () => {
  const result = await page.evaluate(async () => {
    const seen: number[] = [];
    const files = [new File(['one'], 'één.jpg'), new File(['x'.repeat(1_000_000)], 'b.jpg')];
    const sent = await window.probe!.studio.upload(files, (fraction) => seen.push(fraction));
    return { sent, seen };
  });
  expect(result.sent).toEqual({ ok: true, value: { uploadId: 'upload1' } });
  expect(result.seen.at(-1)).toBe(1);
  expect(result.seen).toEqual(result.seen.toSorted((a, b) => a - b));
  expect(studio.uploads.map(({ relativePath, bytes }) => [relativePath, bytes.length])).toEqual([
    ['één.jpg', 3],
    ['b.jpg', 1_000_000],
  ]);
});

test('when the line breaks, the page says so, comes back by itself and reads the project again', async () => {
  const relay = await startRelay(host.port);
  const { searchParams } = new URL(host.newAddress());
  await page.goto(`http://127.0.0.1:${relay.port}/?token=${searchParams.get('token')}`);
  await page.waitForFunction(() => window.probe);
  studio.answer = () => Promise.resolve(ok(null));
  await page.evaluate(async () => {
    const told: string[] = [];
    const { studio } = window.probe!;
    studio.on('notice', ({ code }) => told.push(String(code)));
    studio.on('project.closed', () => told.push('closed'));
    await studio.invoke('project.snapshot', null);
    Object.assign(window, { told });
  });
  const told = (): Promise<string[]> => page.evaluate(() => (window as unknown as { told: string[] }).told);

  const unanswered = Promise.withResolvers<Result<unknown>>();
  studio.answer = () => unanswered.promise;
  const underWay = page.evaluate(() => window.probe!.studio.invoke('models.list', null));
  await expect.poll(() => studio.calls.at(-1)?.command).toBe('models.list');
  relay.cut();
  expect(await underWay).toMatchObject({ ok: false, error: { code: 'host-gone' } });
  studio.answer = () => Promise.resolve(ok(null));
  await expect.poll(told).toEqual(['host-gone', 'closed']);
  expect(await page.evaluate(() => window.probe!.studio.invoke('models.list', null))).toEqual({
    ok: true,
    value: null,
  });
  relay.close();
});

/** Passes bytes on to the host, as a tunnel does, until it is cut. */
async function startRelay(target: number): Promise<{ port: number; cut(): void; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}
