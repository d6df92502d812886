// Serves the page with the stand-in host: Vite in middleware mode, and the bytes of the made-up room by id.

import { createServer, type Plugin, type ViteDevServer } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import sharp from 'sharp';
import { fileURLToPath } from 'node:url';
import { encodePointChunk } from '../../../projects/format/point-chunk.ts';
import { fakeDefaults, type FakeOptions } from './studio.ts';
import { roomPoints } from './room.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Starts the server on a free port. @returns its address and the function that ends it */
export async function serveFake(options: Partial<FakeOptions> = {}): Promise<{ url: string; close(): Promise<void> }> {
  const server = await createServer({
    root: `${root}/renderer`,
    configFile: false,
    logLevel: 'error',
    plugins: [svelte({ configFile: false }), bytesOfRoom(), fakeBeforeMain({ ...fakeDefaults, ...options })],
    cacheDir: `${root}/node_modules/.vite-fake`,
    server: { port: 0, host: '127.0.0.1', fs: { allow: [root] }, watch: null, hmr: false },
  });
  await server.listen();
  return { url: addressOf(server), close: () => server.close() };
}

function addressOf(server: ViteDevServer): string {
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}/`;
}

function fakeBeforeMain(options: FakeOptions): Plugin {
  const id = '/@fake-entry';
  return {
    name: 'fake-before-main',
    resolveId: (source) => (source === id ? id : null),
    load: (source) =>
      source === id
        ? `import { createFakeStudio } from '/@fs${root}/test/support/fake/studio.ts';
           const asked = JSON.parse(new URLSearchParams(location.search).get('fake') ?? '{}');
           window.studio = createFakeStudio({ ...${JSON.stringify(options)}, ...asked });`
        : null,
    transformIndexHtml: () => [{ tag: 'script', attrs: { type: 'module', src: id }, injectTo: 'head-prepend' }],
  };
}

function bytesOfRoom(): Plugin {
  const made = new Map<string, Promise<Uint8Array>>();
  const make = async (what: string, id: string): Promise<Uint8Array> => {
    const [idx, total, width, height] = (id.match(/\d+/g) ?? []).map(Number);
    if (what === 'chunk') return encodePointChunk(roomPoints(idx, total, width, height), idx + 1);
    const size = what === 'thumb' ? { width: 240, height: 180 } : { width: 800, height: 600 };
    const { colors } = roomPoints(idx, total, size.width, size.height);
    return sharp(colors, { raw: { ...size, channels: 4 } })
      .removeAlpha()
      .webp()
      .toBuffer();
  };
  return {
    name: 'bytes-of-room',
    configureServer(server) {
      server.middlewares.use('/fake', (request, response) => {
        const [, what, id] = (request.url ?? '').split('/');
        const key = `${what}/${id}`;
        const bytes = made.get(key) ?? make(what, id);
        made.set(key, bytes);
        void bytes.then(
          (body) =>
            response.setHeader('content-type', what === 'chunk' ? 'application/octet-stream' : 'image/webp').end(body),
          () => response.writeHead(404).end(),
        );
      });
    },
  };
}
