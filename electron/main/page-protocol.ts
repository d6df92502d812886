// `studio://app/…`: the page and its bulk bytes inside the desktop window. The same paths as on the web host, without a network port.

import type { CustomScheme } from 'electron';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pageScheme } from '../contract/ipc.ts';
import { securityHeaders } from '../contract/page-policy.ts';
import { errorOf } from '../../projects/format/result.ts';
import type { Studio } from '../studio/options.ts';
import type { PageServer } from '../studio/page-server.ts';
import { isOwnPage } from './security.ts';

/** Standard and secure: the page has an origin of its own, relative paths, and what browsers keep for safe origins. */
export const pageSchemes: CustomScheme[] = [
  { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
];

export async function answerPageRequest(
  request: Request,
  page: PageServer,
  studio: Pick<Studio, 'acceptUpload'>,
): Promise<Response> {
  const url = URL.parse(request.url);
  if (!url || !isOwnPage(request.url)) return sentence(404, 'There is nothing here.');
  const [, first, uploadId, ...rest] = url.pathname.split('/');
  if (first === 'upload' && request.method === 'PUT' && rest.length === 0) {
    return upload(request, uploadId || null, url.searchParams.get('name') ?? '', studio);
  }
  if (request.method !== 'GET') return sentence(405, 'Only reading is possible here.');
  const file = page.resolve(url.pathname);
  const handle = file && (await open(file.absolutePath, 'r').catch(() => null));
  if (!handle) return sentence(404, 'There is nothing here.');
  const { size } = await handle.stat();
  const headers = {
    ...securityHeaders(null),
    'content-type': file.contentType,
    'content-length': String(size),
    'cache-control': file.cacheControl,
  };
  if (size === 0) {
    await handle.close();
    return new Response(null, { headers });
  }
  // Closes the file at its end, and when the page stops reading.
  const stream = createReadStream('', { fd: handle, start: 0, end: size - 1 });
  return new Response(Readable.toWeb(stream) as ReadableStream, { headers });
}

async function upload(
  request: Request,
  uploadId: string | null,
  relativePath: string,
  studio: Pick<Studio, 'acceptUpload'>,
): Promise<Response> {
  const bytes = request.body ?? new Blob([]).stream();
  const result = await studio
    .acceptUpload({ uploadId, relativePath, bytes: bytes as AsyncIterable<Uint8Array> & typeof bytes })
    .catch((error: unknown) => ({ ok: false as const, error: errorOf(error) }));
  return Response.json(result, { status: result.ok ? 200 : 400, headers: securityHeaders(null) });
}

const sentence = (status: number, text: string): Response =>
  new Response(`${text}\n`, { status, headers: { ...securityHeaders(null), 'content-type': 'text/plain' } });
