// Files that a page sends: limits, and a stream into the studio, which keeps them.

import type { IncomingMessage } from 'node:http';
import { fail, StudioFailure, errorOf, type Result } from '../../projects/format/result.ts';
import type { Studio } from '../studio/options.ts';

export interface UploadLimits {
  /** Bytes of one file: a long 4K video fits. */
  maxFileBytes: number;
  /** A page that sends nothing for so long has gone. */
  stallMs: number;
}

export const defaultUploadLimits: UploadLimits = { maxFileBytes: 32 * 1024 ** 3, stallMs: 60_000 };

/** One file of an upload: `uploadId` null begins a new one. Never rejects. */
export async function receiveUpload(
  request: IncomingMessage,
  uploadId: string | null,
  name: string,
  studio: Pick<Studio, 'acceptUpload'>,
  limits: UploadLimits,
): Promise<Result<{ uploadId: string }>> {
  const declaredBytes = Number(request.headers['content-length'] ?? Number.NaN);
  if (declaredBytes > limits.maxFileBytes) return tooLarge(name, limits);
  request.setTimeout(limits.stallMs, () => request.destroy());
  try {
    return await studio.acceptUpload({ uploadId, relativePath: name, bytes: limited(request, name, limits) });
  } catch (error) {
    return { ok: false, error: errorOf(error) };
  }
}

function tooLarge(name: string, limits: UploadLimits): Result<never> {
  return fail('upload-too-large', { name, limit: readableLimit(limits) });
}

const readableLimit = ({ maxFileBytes }: UploadLimits): string =>
  maxFileBytes >= 1024 ** 3 ? `${Math.floor(maxFileBytes / 1024 ** 3)} GB` : `${maxFileBytes} bytes`;

async function* limited(request: IncomingMessage, name: string, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Uint8Array>) {
      bytes += part.byteLength;
      if (bytes > limits.maxFileBytes)
        throw new StudioFailure('upload-too-large', { name, limit: readableLimit(limits) });
      yield part;
    }
  } catch (error) {
    // The connection broke: what has arrived is not the file.
    throw error instanceof StudioFailure ? error : new StudioFailure('upload-broken', { name });
  }
}
