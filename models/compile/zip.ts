// Finds the entries of a zip archive without reading their contents: what a PyTorch file is on the outside (APPNOTE 6.3, with ZIP64).

import type { FileHandle } from 'node:fs/promises';

export interface ZipEntry {
  name: string;
  /** Where the contents begin in the file. */
  offset: number;
  byteLength: number;
}

export class ZipError extends Error {
  override name = 'ZipError';
}

const maxEntries = 65_536;
const maxDirectoryBytes = 64 * 2 ** 20;

export async function readAt(file: FileHandle, offset: number, byteLength: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(byteLength);
  let done = 0;
  while (done < byteLength) {
    const { bytesRead } = await file.read(bytes, done, byteLength - done, offset + done);
    if (bytesRead === 0) throw new ZipError('the file is cut');
    done += bytesRead;
  }
  return bytes;
}

/** Entries by name. @throws ZipError when the archive is cut, compressed, or its entries overlap */
export async function listZip(file: FileHandle, fileBytes: number): Promise<Map<string, ZipEntry>> {
  const directory = await findDirectory(file, fileBytes);
  if (directory.entries > maxEntries || directory.byteLength > maxDirectoryBytes)
    throw new ZipError('its table of contents is absurdly long');
  if (directory.offset + directory.byteLength > fileBytes) throw new ZipError('the file is cut');
  const bytes = await readAt(file, directory.offset, directory.byteLength);
  const view = new DataView(bytes.buffer);
  const entries = new Map<string, ZipEntry>();
  const spans: { begin: number; end: number }[] = [];
  let at = 0;
  for (let idx = 0; idx < directory.entries; idx++) {
    if (at + 46 > bytes.byteLength || view.getUint32(at, true) !== 0x02014b50)
      throw new ZipError('its table of contents is damaged');
    const method = view.getUint16(at + 10, true);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const end = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (end > bytes.byteLength) throw new ZipError('its table of contents is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const sizes = {
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      header: view.getUint32(at + 42, true),
    };
    applyZip64(view, at + 46 + nameBytes, extraBytes, sizes);
    // PyTorch stores without compression; anything else could be a bomb.
    if (method !== 0 || sizes.size !== sizes.packed)
      throw new ZipError('its contents are compressed, which PyTorch files are not');
    if (entries.has(name)) throw new ZipError('it holds two files of one name');
    const offset = await contentOffset(file, sizes.header, fileBytes);
    if (offset + sizes.size > directory.offset) throw new ZipError('the file is cut');
    spans.push({ begin: sizes.header, end: offset + sizes.size });
    entries.set(name, { name, offset, byteLength: sizes.size });
    at = end;
  }
  spans.sort((a, b) => a.begin - b.begin);
  if (spans.some((span, idx) => idx > 0 && span.begin < spans[idx - 1].end)) throw new ZipError('its contents overlap');
  return entries;
}

async function findDirectory(
  file: FileHandle,
  fileBytes: number,
): Promise<{ entries: number; byteLength: number; offset: number }> {
  const tailBytes = Math.min(fileBytes, 65_557);
  const tail = await readAt(file, fileBytes - tailBytes, tailBytes);
  const view = new DataView(tail.buffer);
  let at = tailBytes - 22;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw new ZipError('the file is cut');
  const small = {
    entries: view.getUint16(at + 10, true),
    byteLength: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  if (at < 20 || view.getUint32(at - 20, true) !== 0x07064b50) return small;
  const offset = Number(view.getBigUint64(at - 12, true));
  if (!Number.isSafeInteger(offset) || offset + 56 > fileBytes) throw new ZipError('the file is cut');
  const large = new DataView((await readAt(file, offset, 56)).buffer);
  if (large.getUint32(0, true) !== 0x06064b50) throw new ZipError('its table of contents is damaged');
  return {
    entries: Number(large.getBigUint64(32, true)),
    byteLength: Number(large.getBigUint64(40, true)),
    offset: Number(large.getBigUint64(48, true)),
  };
}

/** Numbers that do not fit 32 bits stand in an extra field, in this order, each only if its short form is full of ones. */
function applyZip64(
  view: DataView,
  at: number,
  byteLength: number,
  sizes: { size: number; packed: number; header: number },
): void {
  const end = at + byteLength;
  while (at + 4 <= end) {
    const id = view.getUint16(at, true);
    const bytes = view.getUint16(at + 2, true);
    if (id === 1) {
      let from = at + 4;
      for (const key of ['size', 'packed', 'header'] as const)
        if (sizes[key] === 0xffffffff && from + 8 <= end) {
          sizes[key] = Number(view.getBigUint64(from, true));
          from += 8;
        }
    }
    at += 4 + bytes;
  }
}

async function contentOffset(file: FileHandle, header: number, fileBytes: number): Promise<number> {
  if (header + 30 > fileBytes) throw new ZipError('the file is cut');
  const view = new DataView((await readAt(file, header, 30)).buffer);
  if (view.getUint32(0, true) !== 0x04034b50) throw new ZipError('its table of contents is damaged');
  return header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}
