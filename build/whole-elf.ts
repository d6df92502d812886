// Whether a shared library is all there: its section table stands at the end, and says how long the file must be.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const headerBytes = 64;

/** For 64-bit little-endian ELF (System V gABI 4.1, figure 4-3): magic, and e_shoff + e_shnum · e_shentsize within the file. */
export function isWholeElf(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes || header.readUInt32BE(0) !== 0x7f454c46) return false;
    const sections = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60);
    return sections > headerBytes && sections <= fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}
