// A set of rows of one chunk: a bitset in memory, a short text in an edit.

import type { ChunkId } from './scene.ts';

/** Bit `i & 7` of byte `i >> 3` stands for row i; rows behind the end are not in the set. */
export type RowBits = Uint8Array;

/** Chosen rows of one chunk, as edits and messages carry them. */
export interface ChunkRows {
  chunkId: ChunkId;
  /** As `encodeRows` writes it. */
  rows: string;
}

/** No chunk has more rows; a damaged text cannot ask for more memory than this many bits. */
const mostRows = 2 ** 26;

export const rowsPattern = /^(?:b|g)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const emptyBits = (count: number): RowBits => new Uint8Array((count + 7) >> 3);

export const hasRow = (bits: RowBits, row: number): boolean => ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;

export function addRow(bits: RowBits, row: number): void {
  bits[row >> 3] |= 1 << (row & 7);
}

export function countRows(bits: RowBits): number {
  let sum = 0;
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) sum++;
  return sum;
}

/** Rows 0…count−1 that are not in the set. */
export function otherRows(bits: RowBits, count: number): RowBits {
  const others = emptyBits(count).map((_, at) => ~(bits[at] ?? 0));
  if (count & 7) others[others.length - 1] &= (1 << (count & 7)) - 1;
  return others;
}

export const rowOperations = ['replace', 'add', 'subtract', 'intersect'] as const;
export type RowOperation = (typeof rowOperations)[number];

/** Two selections become one. */
export function combineRows(before: RowBits, found: RowBits, operation: RowOperation): RowBits {
  const bits = new Uint8Array(Math.max(before.length, found.length));
  for (let at = 0; at < bits.length; at++) {
    const [a, b] = [before[at] ?? 0, found[at] ?? 0];
    bits[at] = operation === 'replace' ? b : operation === 'add' ? a | b : operation === 'subtract' ? a & ~b : a & b;
  }
  return bits;
}

/** The shorter of two texts: the bits as they are, or the gaps between chosen rows (chunks are shuffled, so runs are rare). */
export function encodeRows(bits: RowBits): string {
  const gaps = gapsOf(bits, bits.length);
  return gaps === null ? `b${base64(bits)}` : `g${base64(gaps)}`;
}

/** @param text matches `rowsPattern` */
export function decodeRows(text: string): RowBits {
  const bytes = Uint8Array.from(atob(text.slice(1)), (letter) => letter.charCodeAt(0));
  return text.startsWith('g') ? bitsOfGaps(bytes) : bytes.subarray(0, mostRows >> 3);
}

/** Gaps as numbers of 7 bits a byte, the lowest first; null when they take more than `most` bytes. */
function gapsOf(bits: RowBits, most: number): Uint8Array | null {
  const gaps = new Uint8Array(most + 5);
  let length = 0;
  let next = 0;
  for (let at = 0; at < bits.length; at++)
    for (let byte = bits[at]; byte !== 0; byte &= byte - 1) {
      const row = at * 8 + 31 - Math.clz32(byte & -byte);
      let gap = row - next;
      next = row + 1;
      for (; gap > 127; gap >>= 7) gaps[length++] = (gap & 127) | 128;
      gaps[length++] = gap;
      if (length > most) return null;
    }
  return gaps.subarray(0, length);
}

function bitsOfGaps(gaps: Uint8Array): RowBits {
  const rows: number[] = [];
  let next = 0;
  let value = 0;
  let factor = 1;
  for (const byte of gaps) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte > 127) continue;
    const row = next + value;
    if (row >= mostRows) break;
    rows.push(row);
    next = row + 1;
    value = 0;
    factor = 1;
  }
  const bits = emptyBits(next);
  for (const row of rows) addRow(bits, row);
  return bits;
}

function base64(bytes: Uint8Array): string {
  let letters = '';
  for (let at = 0; at < bytes.length; at += 8192) letters += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(letters);
}
