// `studio://app/…`: the page, bulk bytes by id, uploads, and requests that lead nowhere.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerPageRequest, pageSchemes } from '../../../../electron/main/page-protocol.ts';
import { createPageServer, type PageServer } from '../../../../electron/studio/page-server.ts';
import { fakeStudio } from '../../../support/fake-studio.ts';

const studio = fakeStudio();
let folder: string;
let page: PageServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-page-'));
  await mkdir(join(folder, 'renderer', 'assets'), { recursive: true });
  await writeFile(join(folder, 'renderer', 'index.html'), '<!doctype html><title>Page</title>');
  await writeFile(join(folder, 'renderer', 'assets', 'a.js'), 'export {};');
  await writeFile(join(folder, 'renderer', 'assets', 'a.js.map'), '{}');
  await writeFile(join(folder, 'secret.html'), 'secret');
  await writeFile(join(folder, 'c1.safetensors'), new Uint8Array(200_000).fill(7));
  await writeFile(join(folder, 'empty.safetensors'), '');
  studio.bulk.set('chunk/c1', join(folder, 'c1.safetensors'));
  studio.bulk.set('chunk/empty', join(folder, 'empty.safetensors'));
  page = await createPageServer(join(folder, 'renderer'), studio);
});
afterAll(() => rm(folder, { recursive: true }));

const get = (url: string, init?: RequestInit): Promise<Response> =>
  answerPageRequest(new Request(url, init), page, studio);

test('the scheme is a safe origin of its own, without privileges over the policy', () => {
  expect(pageSchemes).toEqual([
    { scheme: 'studio', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
});

test('the page comes with a policy that allows no inline script and no network', async () => {
  const response = await get('studio://app/');
  expect(await response.text()).toContain('<title>Page</title>');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy')!;
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect(policy).toContain("connect-src 'self';");
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

test('a chunk streams whole, an empty one too', async () => {
  const bytes = new Uint8Array(await (await get('studio://app/chunk/c1')).arrayBuffer());
  expect([bytes.length, bytes.every((byte) => byte === 7)]).toEqual([200_000, true]);
  expect((await get('studio://app/chunk/empty')).headers.get('content-length')).toBe('0');
});

test('a page that stops reading closes the file', async () => {
  const { body } = await get('studio://app/chunk/c1');
  const reader = body!.getReader();
  await reader.read();
  await expect(reader.cancel()).resolves.toBeUndefined();
});

describe('leads nowhere', () => {
  test.each([
    'studio://evil/index.html',
    'studio://app/../secret.html',
    'studio://app/..%2fsecret.html',
    'studio://app/assets/',
    'studio://app/assets/a.js.map',
    'studio://app/chunk/unknown',
    'studio://app/chunk/..%2f..%2fsecret.html',
    'studio://app/constructor',
  ])('%s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('There is nothing here.\n');
  });

  test.each(['POST', 'DELETE', 'PATCH'])('%s', async (method) => {
    expect((await get('studio://app/', { method })).status).toBe(405);
  });
});

test('a file that the page made is kept by the core', async () => {
  const response = await get('studio://app/upload/?name=clip%200.jpg', { method: 'PUT', body: 'frame' });
  expect(await response.json()).toEqual({ ok: true, value: { uploadId: 'upload1' } });
  expect(studio.uploads).toEqual([{ uploadId: null, relativePath: 'clip 0.jpg', bytes: Buffer.from('frame') }]);
});
