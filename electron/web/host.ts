// The studio for a browser: HTTP and WebSocket on the loopback address, for machines without Electron and for remote ones through a tunnel.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { fail, StudioFailure } from '../../projects/format/result.ts';
import { createPageServer } from '../studio/page-server.ts';
import type { Studio } from '../studio/options.ts';
import { answerFile, answerResult, answerText, headersFor } from './http-answers.ts';
import { servePage, type PageSocket } from './page-socket.ts';
import { maxMessageBytes, paths } from './protocol.ts';
import { hostIsLocal, originIsOwn, Sessions, siteIsOwn } from './sessions.ts';
import { defaultUploadLimits, receiveUpload, type UploadLimits } from './uploads.ts';

export interface WebHost {
  port: number;
  /** An address with a fresh one-time token. */
  newAddress(): string;
  /** Ends all connections; the studio itself stays open. */
  close(): Promise<void>;
}

export interface WebHostOptions {
  studio: Studio;
  /** The built page (`dist/renderer`). */
  rendererFolder: string;
  /** null: any free port. */
  port: number | null;
  uploadLimits?: UploadLimits;
}

const aliveEveryMs = 30_000;

/** @throws StudioFailure `port-in-use`, `page-missing` */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { studio, uploadLimits = defaultUploadLimits } = options;
  const page = await createPageServer(options.rendererFolder, studio);
  if (!page.resolve('/')) throw new StudioFailure('page-missing');
  const sessions = new Sessions();
  const pages = new Set<PageSocket>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  // Uploads may take long; the header of a request may not.
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000 }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hostIsLocal(request)) return answerText(request, response, 421, 'This studio answers on this machine only.');
    const url = urlOf(request);
    if (!url) return answerText(request, response, 400, 'The address was not understood.');
    // Browsers ask for it by themselves on pages of plain text; the studio's own page names its icon.
    if (url.pathname === '/favicon.ico') return void response.writeHead(204, headersFor(request)).end();
    const token = url.searchParams.get('token');
    if (request.method === 'GET' && url.pathname === '/' && token !== null) return open(request, response, token);
    if (!sessions.isOpen(request)) {
      const sentence =
        'To open the studio, use the address with the one-time token that it printed; press Enter in its terminal for a new one.';
      return answerText(request, response, 401, sentence);
    }
    const [, first, uploadId, ...rest] = url.pathname.split('/');
    if (first === paths.upload && rest.length === 0) return upload(request, response, uploadId || null, url);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answerText(request, response, 405, 'Only reading is possible here.', { allow: 'GET, HEAD' });
    }
    const file = siteIsOwn(request) ? page.resolve(url.pathname) : null;
    return file ? answerFile(request, response, file) : answerText(request, response, 404, 'There is nothing here.');
  }

  function open(request: IncomingMessage, response: ServerResponse, token: string): void {
    const cookie = sessions.redeem(token);
    // Someone who uses the same address again in the same browser is already in.
    if (cookie === null && !sessions.isOpen(request)) {
      const sentence = 'This address was used before; press Enter in the terminal of the studio for a new one.';
      return answerText(request, response, 401, sentence);
    }
    // The browser goes on without the token. A redirect by status would not carry the new cookie when another site's page was left.
    answerText(request, response, 200, 'Opening the studio.', {
      refresh: '0; url=/',
      ...(cookie === null ? {} : { 'set-cookie': cookie }),
    });
  }

  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    uploadId: string | null,
    url: URL,
  ): Promise<void> {
    if (request.method !== 'PUT' || !originIsOwn(request)) {
      return answerResult(request, response, 403, fail('not-allowed'));
    }
    const name = url.searchParams.get('name') ?? '';
    const result = await receiveUpload(request, uploadId, name, studio, uploadLimits);
    answerResult(request, response, result.ok ? 200 : 400, result);
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const allowed = hostIsLocal(request) && originIsOwn(request) && sessions.isOpen(request);
    if (!allowed || urlOf(request)?.pathname !== `/${paths.socket}`) {
      socket.end(`HTTP/1.1 ${allowed ? '404 Not Found' : '403 Forbidden'}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const served = servePage(connection, studio);
      pages.add(served);
      connection.on('close', () => pages.delete(served));
    });
  });

  const port = await listen(server, options.port);
  const heartbeat = setInterval(() => pages.forEach((served) => served.checkAlive()), aliveEveryMs);
  heartbeat.unref();

  return {
    port,
    newAddress: () => `http://127.0.0.1:${port}/?token=${sessions.newToken()}`,
    async close() {
      clearInterval(heartbeat);
      for (const connection of sockets.clients) connection.close(1001, 'The studio has ended.');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const connection of sockets.clients) connection.terminate();
      await closed;
    },
  };
}

function urlOf(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '', 'http://127.0.0.1');
}

function listen(server: Server, port: number | null): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      reject(taken ? new StudioFailure('port-in-use', { port: port ?? 0 }) : error);
    });
    server.listen(port ?? 0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
