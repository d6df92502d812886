// Answers of the web host: files streamed with back-pressure, Results as JSON, and a plain page for people without a session.

import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { securityHeaders } from '../contract/page-policy.ts';
import type { Result } from '../../projects/format/result.ts';
import type { ServedFile } from '../studio/page-server.ts';
import { zipOf } from './zip-stream.ts';

/** Security headers for this request: the policy names the WebSocket of the host name that the browser used. */
export function headersFor(request: IncomingMessage): Record<string, string> {
  return securityHeaders(`ws://${request.headers.host}`);
}

/** Streams a file; `HEAD` gets the headers only. A file that has vanished is a 404. A folder that is offered comes as a zip. */
export async function answerFile(request: IncomingMessage, response: ServerResponse, file: ServedFile): Promise<void> {
  const { downloadName } = file;
  if (downloadName !== undefined && (await stat(file.absolutePath).catch(() => null))?.isDirectory())
    return answerZip(request, response, file.absolutePath, downloadName);
  const handle = await open(file.absolutePath, 'r').catch(() => null);
  if (!handle) return answerText(request, response, 404, 'There is nothing here.');
  try {
    const { size } = await handle.stat();
    response.writeHead(200, {
      ...headersFor(request),
      'content-type': file.contentType,
      'content-length': size,
      'cache-control': file.cacheControl,
      ...(downloadName === undefined ? {} : { 'content-disposition': attachment(downloadName) }),
    });
    if (request.method === 'HEAD' || size === 0) response.end();
    else await pipeline(createReadStream('', { fd: handle, start: 0, end: size - 1, autoClose: false }), response);
  } catch {
    // The page went away, or the file was cut while it was read: the length no longer fits, so the connection must end.
    response.destroy();
  } finally {
    await handle.close();
  }
}

async function answerZip(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  name: string,
): Promise<void> {
  response.writeHead(200, {
    ...headersFor(request),
    'content-type': 'application/zip',
    'cache-control': 'no-store',
    'content-disposition': attachment(`${name}.zip`),
  });
  if (request.method === 'HEAD') return void response.end();
  try {
    await pipeline(await zipOf(folder, name), response);
  } catch {
    response.destroy();
  }
}

/** RFC 6266: the name in UTF-8 for those that read it. */
const attachment = (name: string): string =>
  `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`;

export function answerResult(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  result: Result<unknown>,
): void {
  response.writeHead(status, {
    ...headersFor(request),
    'content-type': 'application/json',
    'cache-control': 'no-store',
    // What is left of a refused body is not read.
    ...(result.ok ? {} : { connection: 'close' }),
  });
  response.end(JSON.stringify(result));
}

/** One sentence as a page, readable in any browser. `extra` may set a cookie or a refresh. */
export function answerText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  sentence: string,
  extra: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...headersFor(request),
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...extra,
  });
  response.end(request.method === 'HEAD' ? undefined : `${sentence}\n`);
}
