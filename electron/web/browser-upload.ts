// Browser side of uploads: one request a file, in order, with progress over all bytes.

import { errorOf, fail, ok, type Result } from '../../projects/format/result.ts';

/**
 * Sends files to the host; they form one source for `import.start` or `models.add`. The first failure ends the upload.
 * XMLHttpRequest, because fetch cannot tell how much of a body has been sent.
 */
export async function uploadFiles(
  endpoint: URL,
  files: readonly File[],
  onProgress: (fraction: number) => void,
): Promise<Result<{ uploadId: string }>> {
  try {
    const begun = (await (await fetch(endpoint, { method: 'POST' })).json()) as Result<{ uploadId: string }>;
    if (!begun.ok) return begun;
    const { uploadId } = begun.value;
    const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
    let sentBytes = 0;
    for (const [fileIdx, file] of files.entries()) {
      const url = new URL(`${uploadId}/${fileIdx}`, endpoint);
      // A dropped folder keeps its subfolders in the name.
      url.searchParams.set('name', file.webkitRelativePath || file.name);
      url.searchParams.set('modified', String(file.lastModified));
      const sent = await put(url, file, (bytes) => onProgress((sentBytes + bytes) / Math.max(1, totalBytes)));
      if (!sent.ok) return sent;
      sentBytes += file.size;
    }
    onProgress(1);
    return ok({ uploadId });
  } catch (error) {
    // fetch rejects with a TypeError when nobody answers.
    return error instanceof TypeError ? fail('host-gone') : { ok: false, error: errorOf(error) };
  }
}

function put(url: URL, file: File, onBytes: (bytes: number) => void): Promise<Result<null>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onBytes(event.loaded);
    request.onload = () => resolve((request.response as Result<null> | null) ?? fail('host-gone'));
    request.onerror = () => resolve(fail('host-gone'));
    request.send(file);
  });
}
