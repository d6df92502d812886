// Serves the built page with the stand-in host, and the bytes of the made-up room by id.

import { build, type Plugin } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createServer, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { depthViewOf, gaussiansFromPoints } from '../../../models/geometry/gaussians.ts';
import { encodeGaussianChunk } from '../../../projects/format/gaussian-chunk.ts';
import { decodePointChunk, encodePointChunk } from '../../../projects/format/point-chunk.ts';
import { fakeDefaults, type FakeOptions } from './studio.ts';
import { roomCamera, roomPoints } from './room.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const outDir = join(root, 'dist', 'fake-page');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

export interface FakeServer {
  url: string;
  /** Makes the chunks of these ids beforehand, so that a bench does not wait for them. */
  prepare(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Builds the page and serves it on a free port. Options of the stand-in may be overridden by `?fake={json}`. */
export async function serveFake(options: Partial<FakeOptions> = {}): Promise<FakeServer> {
  await build({
    root: join(root, 'renderer'),
    base: './',
    configFile: false,
    logLevel: 'error',
    plugins: [svelte({ configFile: false }), fakeBeforeMain({ ...fakeDefaults, ...options })],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'esnext',
      assetsInlineLimit: 0,
      minify: false,
      chunkSizeWarningLimit: 8000,
    },
    worker: { format: 'es' },
  });
  const made = new Map<string, Promise<Uint8Array>>();
  const bytesOf = (asked: string): Promise<Uint8Array> => {
    // The last number of a chunk's id only tells frames apart that show the same cloud.
    const key = asked.replace(/^(chunk\/(?:chunk|splats)(?:\d+-){3}\d+)-\d+$/, '$1');
    const bytes = made.get(key) ?? makeBytes(key);
    made.set(key, bytes);
    return bytes;
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path.startsWith('/fake/')) {
      const type = path.startsWith('/fake/chunk') ? 'application/octet-stream' : 'image/webp';
      return answer(response, bytesOf(path.slice('/fake/'.length)), type);
    }
    const file = join(outDir, normalize(path === '/' ? '/index.html' : path));
    answer(response, readFile(file), types[extname(file)] ?? 'application/octet-stream');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    prepare: async (ids) => {
      for (const id of ids) await bytesOf(`chunk/${id}`);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(response: ServerResponse, bytes: Promise<Uint8Array>, type: string): void {
  void bytes.then(
    (body) => response.setHeader('content-type', type).end(body),
    () => response.writeHead(404).end(),
  );
}

/** The stand-in has to be there before the page looks for its host. */
function fakeBeforeMain(options: FakeOptions): Plugin {
  return {
    name: 'fake-before-main',
    transform: (code, id) =>
      id.endsWith('renderer/main.ts')
        ? `import { createFakeStudio } from '${root}/test/support/fake/studio.ts';
           const asked = JSON.parse(new URLSearchParams(location.search).get('fake') ?? '{}');
           window.studio = createFakeStudio({ ...${JSON.stringify(options)}, ...asked });
           ${code}`
        : null,
  };
}

/** @param key `chunk/chunkI-TOTAL-WIDTH-HEIGHT`, `chunk/splatsI-TOTAL-WIDTH-HEIGHT`, `thumb/photoI-TOTAL` or `photo/photoI-TOTAL` */
async function makeBytes(key: string): Promise<Uint8Array> {
  const [what, id] = key.split('/');
  const [idx, total, width, height] = (id.match(/\d+/g) ?? []).map(Number);
  if (what === 'chunk') {
    const file = encodePointChunk(roomPoints(idx, total, width, height), idx + 1);
    if (!id.startsWith('splats')) return file;
    const points = decodePointChunk(file);
    const { worldFromCamera, intrinsics } = roomCamera(idx, total);
    const view = depthViewOf(points, worldFromCamera, intrinsics, null);
    return encodeGaussianChunk(gaussiansFromPoints(points, view, []));
  }
  const size = what === 'thumb' ? { width: 240, height: 180 } : { width: 800, height: 600 };
  const { colors } = roomPoints(idx, total, size.width, size.height);
  return sharp(colors, { raw: { ...size, channels: 4 } })
    .removeAlpha()
    .webp()
    .toBuffer();
}
