// Sets of rows survive their text, and edits of them fold, undo and combine.
import { describe, expect, test } from 'vitest';
import { editSchema } from '../../../../electron/contract/schemas.ts';
import { foldEdits, type Edit, type EditRecord } from '../../../../projects/format/edits.ts';
import { shuffledOrder } from '../../../../projects/format/point-chunk.ts';
import {
  addRow,
  combineRows,
  countRows,
  decodeRows,
  emptyBits,
  encodeRows,
  hasRow,
  otherRows,
  rowsPattern,
  type RowBits,
} from '../../../../projects/format/row-set.ts';

const bitsOf = (rows: Iterable<number>, count: number): RowBits => {
  const bits = emptyBits(count);
  for (const row of rows) addRow(bits, row);
  return bits;
};
const rowsOf = (bits: RowBits, count: number): number[] =>
  Array.from({ length: count }, (_, row) => row).filter((row) => hasRow(bits, row));

test.each([0, 1, 700, 9_999, 50_000, 100_000])('%i of 100,000 rows survive their text', (chosen) => {
  const rows = shuffledOrder(100_000, 7).slice(0, chosen);
  const text = encodeRows(bitsOf(rows, 100_000));
  expect(text).toMatch(rowsPattern);
  const bits = decodeRows(text);
  expect(countRows(bits)).toBe(chosen);
  expect(rows.every((row) => hasRow(bits, row))).toBe(true);
  // A bit a row as base64, or one or two bytes a chosen row, whichever is shorter.
  expect(text.length).toBeLessThan(Math.min(16_680, 16 + chosen * 2.7));
});

test('a text from elsewhere cannot ask for endless memory', () => {
  expect(decodeRows('g/////////38=').length).toBeLessThan(10);
});

test('sets are combined and turned round', () => {
  const [a, b] = [bitsOf([1, 2, 9], 20), bitsOf([2, 3], 4)];
  expect(rowsOf(combineRows(a, b, 'add'), 20)).toEqual([1, 2, 3, 9]);
  expect(rowsOf(combineRows(a, b, 'subtract'), 20)).toEqual([1, 9]);
  expect(rowsOf(combineRows(a, b, 'intersect'), 20)).toEqual([2]);
  expect(rowsOf(combineRows(a, b, 'replace'), 20)).toEqual([2, 3]);
  expect(countRows(otherRows(b, 11))).toBe(9);
  expect(rowsOf(otherRows(otherRows(a, 20), 20), 20)).toEqual([1, 2, 9]);
});

describe('edits of rows', () => {
  const chunks = (...rows: number[]): { chunkId: string; rows: string }[] => [
    { chunkId: 'c', rows: encodeRows(bitsOf(rows, 16)) },
  ];
  const goneAfter = (edits: Edit[], undone: number[] = []): number[] => {
    const records: EditRecord[] = edits.map((edit, seq) => ({
      id: `e${seq}`,
      seq,
      createdAtMs: 0,
      undone: undone.includes(seq),
      edit,
    }));
    return rowsOf(foldEdits(records).goneRows.get('c') ?? emptyBits(0), 16);
  };
  const edits: Edit[] = [
    { kind: 'splats-deleted', what: 'chair', chunks: chunks(1, 2) },
    { kind: 'splats-hidden', what: 'wall', chunks: chunks(2, 8, 15) },
    { kind: 'splats-shown' },
    { kind: 'splats-hidden', what: 'floor', chunks: chunks(4) },
  ];

  test('hidden rows come back when all is shown, deleted ones by undo only', () => {
    expect(goneAfter(edits.slice(0, 2))).toEqual([1, 2, 8, 15]);
    expect(goneAfter(edits.slice(0, 3))).toEqual([1, 2]);
    expect(goneAfter(edits)).toEqual([1, 2, 4]);
    expect(goneAfter(edits, [2, 3])).toEqual([1, 2, 8, 15]);
    expect(goneAfter(edits, [0, 1, 2, 3])).toEqual([]);
  });

  test('the fold leaves the records as they are', () => {
    const before = JSON.stringify(edits);
    goneAfter(edits);
    expect(JSON.stringify(edits)).toBe(before);
  });

  test('the border refuses rows that are no rows', () => {
    const accepts = (rows: string): boolean =>
      !(
        'issues' in
        (editSchema['~standard'].validate({
          kind: 'splats-hidden',
          what: '',
          chunks: [{ chunkId: 'c', rows }],
        }) as object)
      );
    expect(accepts(encodeRows(bitsOf([3], 16)))).toBe(true);
    for (const nonsense of ['', 'x', 'b?', 'gAAA', 'zAAAA']) expect(accepts(nonsense), nonsense).toBe(false);
  });
});
