// How a page sends files to its host, in a browser and in the desktop window: one request a file, in order, with progress over all bytes.

import { fail, ok, type Result } from '../../projects/format/result.ts';

type Sent = Result<{ uploadId: string }>;

/**
 * Sends files to the host; they form one source for `import.start` or `models.add`. The first failure ends the upload.
 * `endpoint` is the host's upload path with a `/` at its end. No files: `bad-input`.
 */
export async function uploadFiles(
  endpoint: URL,
  files: readonly File[],
  onProgress: (fraction: number) => void,
): Promise<Sent> {
  const totalBytes = Math.max(
    1,
    files.reduce((sum, file) => sum + file.size, 0),
  );
  let sentBytes = 0;
  let uploadId: string | null = null;
  for (const file of files) {
    const url = new URL(uploadId ?? '', endpoint);
    // A dropped folder keeps its subfolders in the name.
    url.searchParams.set('name', file.webkitRelativePath || file.name);
    const sent = await put(url, file, (bytes) => onProgress((sentBytes + bytes) / totalBytes));
    if (!sent.ok) return sent;
    uploadId = sent.value.uploadId;
    sentBytes += file.size;
  }
  return uploadId === null ? fail('bad-input', { reason: 'no files were chosen' }) : ok({ uploadId });
}

/** XMLHttpRequest, because fetch cannot tell how much of a body has been sent. */
function put(url: URL, file: File, onBytes: (bytes: number) => void): Promise<Sent> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onBytes(event.loaded);
    request.onload = () => resolve((request.response as Sent | null) ?? fail('upload-broken', { name: file.name }));
    request.onerror = () => resolve(fail('upload-broken', { name: file.name }));
    request.send(file);
  });
}
