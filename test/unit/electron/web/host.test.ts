// The web host as a browser, and as an attacker on the network or in another page, meets it.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StudioFailure } from '../../../../projects/format/result.ts';
import { startWebHost } from '../../../../electron/web/host.ts';
import { startTestHost, type TestHost } from '../../../support/web-host.ts';

let at: TestHost;
let cookie: string;

beforeAll(async () => {
  at = await startTestHost();
  cookie = await at.signIn();
});
afterAll(() => at.close());

describe('opening', () => {
  test('a token opens one session, and only once', async () => {
    const url = new URL(at.host.newAddress());
    const first = await at.request(url.pathname + url.search);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']![0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(first.headers.refresh).toBe('0; url=/');
    const second = await at.request(url.pathname + url.search);
    expect(second.status).toBe(401);
    expect(second.headers['set-cookie']).toBeUndefined();
  });

  test('a used address still opens the studio in the browser that is already in', async () => {
    const url = new URL(at.host.newAddress());
    await at.request(url.pathname + url.search);
    const again = await at.request(url.pathname + url.search, { headers: { cookie } });
    expect(again.status).toBe(200);
  });

  test('a wrong token is turned away with a sentence', async () => {
    const answer = await at.request('/?token=guess');
    expect(answer.status).toBe(401);
    expect(answer.body).toMatch(/^This address was used before.*\.\n$/);
  });

  test.each(['/', '/index.html', '/assets/index-1.js', '/chunk/a', '/upload/'])(
    'nothing of %s is shown without a session',
    async (path) => {
      const answer = await at.request(path, { headers: { cookie: `${cookie.split('=')[0]}=guess` } });
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('one-time token');
    },
  );

  test('an address in use is named as such', async () => {
    const rendererFolder = join(at.folder, 'renderer');
    const second = startWebHost({ studio: at.studio, rendererFolder, port: at.host.port });
    await expect(second).rejects.toThrow(StudioFailure);
    await expect(second).rejects.toThrow(`Port ${at.host.port} is in use by another program.`);
  });
});

test('a page that has not been built is named as such', async () => {
  const started = startWebHost({ studio: at.studio, rendererFolder: join(at.folder, 'nothing'), port: null });
  await expect(started).rejects.toThrow('The page of the studio has not been built yet');
});

describe('foreign names and pages', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.168.0.7'])(
    'a request that calls this machine “%s” gets nothing (DNS rebinding)',
    async (host) => {
      const answer = await at.request('/', { headers: { cookie, host } });
      expect([400, 421]).toContain(answer.status);
      expect(answer.body).not.toContain('Page');
    },
  );

  test.each(['localhost:9000', '127.0.0.1:9000', '[::1]:9000'])('behind a tunnel as %s it works', async (host) => {
    const answer = await at.request('/', { headers: { cookie, host } });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toContain(`ws://${host}`);
  });

  test('a file that another site embeds is not delivered', async () => {
    const answer = await at.request('/assets/index-1.js', { headers: { cookie, 'sec-fetch-site': 'cross-site' } });
    expect(answer.status).toBe(404);
  });

  test.each([undefined, 'http://evil.example', 'null'])('an upload from origin %s is refused', async (origin) => {
    const headers = { cookie, ...(origin ? { origin } : {}) };
    const answer = await at.request('/upload/?name=a.jpg', { method: 'PUT', headers, body: 'x' });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
    expect(at.studio.uploads).toEqual([]);
  });
});

describe('files', () => {
  test('the page comes with the headers that keep it safe', async () => {
    const { status, headers, body } = await at.request('/', { headers: { cookie } });
    expect(status).toBe(200);
    expect(body).toContain('<title>Page</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-inline'/);
    expect(policy).not.toContain("'unsafe-eval'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    '/assets/',
    '/assets',
    '/../secret.html',
    '/assets/../../secret.html',
    '/..%2fsecret.html',
    '/%2e%2e/secret.html',
    '//etc/passwd',
    '/chunk/',
    '/chunk/..%2f..%2fsecret.html',
    '/chunk/a/b',
    '/constructor',
  ])('%s lists nothing and leads nowhere', async (path) => {
    const answer = await at.request(path, { headers: { cookie } });
    expect(answer.status).toBe(404);
    expect(answer.body).toBe('There is nothing here.\n');
  });

  test('bulk bytes come by id, whole and typed', async () => {
    const bytes = 'x'.repeat(300_000);
    await writeFile(join(at.folder, 'c.safetensors'), bytes);
    await writeFile(join(at.folder, 'p.JPG'), 'jpeg');
    at.studio.bulk.set('chunk/c1', join(at.folder, 'c.safetensors'));
    at.studio.bulk.set('photo/p1', join(at.folder, 'p.JPG'));
    const chunk = await at.request('/chunk/c1', { headers: { cookie } });
    expect(chunk.body).toBe(bytes);
    expect(chunk.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '300000',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const photo = await at.request('/photo/p1', { headers: { cookie } });
    expect(photo.headers['content-type']).toBe('image/jpeg');
    const head = await at.request('/chunk/c1', { method: 'HEAD', headers: { cookie } });
    expect([head.headers['content-length'], head.body]).toEqual(['300000', '']);
  });

  test('what was written for the user comes to be kept under its name; a folder comes as a zip', async () => {
    await writeFile(join(at.folder, 'Größe.ply'), 'points');
    await mkdir(join(at.folder, 'Room-colmap'), { recursive: true });
    await writeFile(join(at.folder, 'Room-colmap', 'cameras.txt'), 'one');
    at.studio.bulk.set('export/e1', join(at.folder, 'Größe.ply'));
    at.studio.bulk.set('export/e2', join(at.folder, 'Room-colmap'));
    const file = await at.request('/export/e1', { headers: { cookie } });
    expect([file.status, file.body, file.headers['cache-control']]).toEqual([200, 'points', 'no-store']);
    expect(file.headers['content-disposition']).toBe(
      `attachment; filename="Gr__e.ply"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.ply`,
    );
    const folder = await at.request('/export/e2', { headers: { cookie } });
    expect(folder.headers['content-type']).toBe('application/zip');
    expect(folder.headers['content-disposition']).toContain('filename="Room-colmap.zip"');
    expect(folder.body.startsWith('PK')).toBe(true);
    expect(folder.body).toContain('Room-colmap/cameras.txt');
    expect((await at.request('/export/e1')).status).toBe(401);
    expect((await at.request('/export/Room-colmap', { headers: { cookie } })).status).toBe(404);
  });

  test('a file that has vanished since is a plain 404', async () => {
    at.studio.bulk.set('chunk/gone', join(at.folder, 'gone.safetensors'));
    expect((await at.request('/chunk/gone', { headers: { cookie } })).status).toBe(404);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s changes nothing', async (method) => {
    const answer = await at.request('/', { method, headers: { cookie, origin: at.origin } });
    expect(answer.status).toBe(405);
  });
});

describe('uploads', () => {
  test('files arrive whole, keep their folders and share an id', async () => {
    const headers = { cookie, origin: at.origin };
    const name = encodeURIComponent('رحلة/📷 1.jpg');
    const first = await at.request(`/upload/?name=${name}`, { method: 'PUT', headers, body: 'one' });
    expect(JSON.parse(first.body)).toEqual({ ok: true, value: { uploadId: 'upload1' } });
    await at.request('/upload/upload1?name=b.jpg', { method: 'PUT', headers, body: 'two' });
    const got = at.studio.uploads.map(({ bytes, ...rest }) => ({ ...rest, text: Buffer.from(bytes).toString() }));
    expect(got).toEqual([
      { uploadId: null, relativePath: 'رحلة/📷 1.jpg', text: 'one' },
      { uploadId: 'upload1', relativePath: 'b.jpg', text: 'two' },
    ]);
  });

  test('a file over the limit is refused, whether its length is told or not', async () => {
    const small = await startTestHost({ maxFileBytes: 1000, stallMs: 5_000 });
    const headers = { cookie: await small.signIn(), origin: small.origin };
    const body = 'x'.repeat(1001);
    for (const [header, value] of [
      ['content-length', '1001'],
      ['transfer-encoding', 'chunked'],
    ] as const) {
      const answer = await small.request('/upload/?name=big.jpg', {
        method: 'PUT',
        headers: { ...headers, [header]: value },
        body,
      });
      expect(JSON.parse(answer.body)).toEqual({
        ok: false,
        error: {
          code: 'upload-too-large',
          sentence: 'big.jpg is too large to be sent; the limit is 1000 bytes.',
        },
      });
    }
    expect(small.studio.uploads).toEqual([]);
    await small.close();
  });
});
