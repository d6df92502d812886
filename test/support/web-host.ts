// A web host over a fake studio with a small page, and raw requests to it: `fetch` would forbid the headers that attackers send.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebHost, type WebHost } from '../../electron/web/host.ts';
import type { UploadLimits } from '../../electron/web/uploads.ts';
import { fakeStudio, type FakeStudio } from './fake-studio.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TestHost {
  host: WebHost;
  studio: FakeStudio;
  folder: string;
  origin: string;
  request(
    path: string,
    options?: { method?: string; headers?: Record<string, string>; body?: Uint8Array | string },
  ): Promise<Answer>;
  /** Uses a fresh token; the value for a `cookie` header. */
  signIn(): Promise<string>;
  close(): Promise<void>;
}

export async function startTestHost(uploadLimits?: UploadLimits): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-web-'));
  const rendererFolder = join(folder, 'renderer');
  await mkdir(join(rendererFolder, 'assets'), { recursive: true });
  await writeFile(join(rendererFolder, 'index.html'), '<!doctype html><title>Page</title>');
  await writeFile(join(rendererFolder, 'assets', 'index-1.js'), 'export {};');
  await writeFile(join(folder, 'secret.html'), 'outside of the page');
  const studio = fakeStudio();
  const host = await startWebHost({ studio, rendererFolder, port: null, ...(uploadLimits ? { uploadLimits } : {}) });

  const request: TestHost['request'] = (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest({ port: host.port, host: '127.0.0.1', path, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString() }),
        );
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  return {
    host,
    studio,
    folder,
    origin: `http://127.0.0.1:${host.port}`,
    request,
    async signIn() {
      const url = new URL(host.newAddress());
      const { headers } = await request(url.pathname + url.search);
      return headers['set-cookie']![0]!.split(';')[0]!;
    },
    async close() {
      await host.close();
      await rm(folder, { recursive: true });
    },
  };
}
