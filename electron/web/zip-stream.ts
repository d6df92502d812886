// A folder as a zip archive, written while it is read: entries stored as they are (PKWARE APPNOTE 6.3, with ZIP64 for what is large).

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { crc32 } from 'node:zlib';

interface Entry {
  name: Buffer;
  offset: bigint;
  size: bigint;
  crc: number;
}

/** Sizes and CRC follow the contents, names are UTF-8. */
const flags = 0x0808;
/** Version that knows ZIP64. */
const version = 45;
/** 1 January 1980: an archive of the same files is the same. */
const dosDate = 0x0021;

/** @param prefix folder that all names begin with inside the archive */
export async function* zipOf(folder: string, prefix: string): AsyncGenerator<Buffer> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const entries: Entry[] = [];
  let offset = 0n;
  for (const path of files) {
    const { size: expected } = await stat(path);
    const name = Buffer.from(`${prefix}/${relative(folder, path).split(sep).join('/')}`);
    const head = localHeader(name);
    yield head;
    let crc = 0;
    let size = 0n;
    // What grows while it is read is cut where it ended at first.
    if (expected > 0)
      for await (const piece of createReadStream(path, { end: expected - 1 })) {
        const bytes = piece as Buffer;
        crc = crc32(bytes, crc);
        size += BigInt(bytes.length);
        yield bytes;
      }
    const tail = descriptor(crc, size);
    yield tail;
    entries.push({ name, offset, size, crc });
    offset += BigInt(head.length) + size + BigInt(tail.length);
  }
  const directory = Buffer.concat(entries.map(directoryEntry));
  yield directory;
  yield endOf(entries.length, offset, BigInt(directory.length));
}

/** With the extra field that makes the sizes behind the contents eight bytes long. */
function localHeader(name: Buffer): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(version, 4);
  head.writeUInt16LE(flags, 6);
  head.writeUInt16LE(dosDate, 12);
  head.writeUInt32LE(0xffffffff, 18);
  head.writeUInt32LE(0xffffffff, 22);
  head.writeUInt16LE(name.length, 26);
  const extra = Buffer.alloc(20);
  head.writeUInt16LE(extra.length, 28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  return Buffer.concat([head, name, extra]);
}

function descriptor(crc: number, size: bigint): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc, 4);
  bytes.writeBigUInt64LE(size, 8);
  bytes.writeBigUInt64LE(size, 16);
  return bytes;
}

function directoryEntry({ name, offset, size, crc }: Entry): Buffer {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(version, 4);
  head.writeUInt16LE(version, 6);
  head.writeUInt16LE(flags, 8);
  head.writeUInt16LE(dosDate, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(0xffffffff, 20);
  head.writeUInt32LE(0xffffffff, 24);
  head.writeUInt16LE(name.length, 28);
  const extra = Buffer.alloc(28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE(0xffffffff, 42);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(size, 4);
  extra.writeBigUInt64LE(size, 12);
  extra.writeBigUInt64LE(offset, 20);
  return Buffer.concat([head, name, extra]);
}

function endOf(count: number, directoryOffset: bigint, directoryBytes: bigint): Buffer {
  const bytes = Buffer.alloc(56 + 20 + 22);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeUInt16LE(version, 12);
  bytes.writeUInt16LE(version, 14);
  bytes.writeBigUInt64LE(BigInt(count), 24);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(directoryBytes, 40);
  bytes.writeBigUInt64LE(directoryOffset, 48);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(directoryOffset + directoryBytes, 64);
  bytes.writeUInt32LE(1, 72);
  bytes.writeUInt32LE(0x06054b50, 76);
  bytes.writeUInt16LE(0xffff, 84);
  bytes.writeUInt16LE(0xffff, 86);
  bytes.writeUInt32LE(0xffffffff, 88);
  bytes.writeUInt32LE(0xffffffff, 92);
  return bytes;
}
