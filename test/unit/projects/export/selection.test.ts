// What an edit has taken away row by row is not exported, and an export of a selection holds nothing else.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exportProject } from '../../../../projects/export/export-project.ts';
import { writeInventory } from '../../../../projects/export/inventory.ts';
import { addRow, emptyBits, encodeRows } from '../../../../projects/format/row-set.ts';
import { renderedRun, type RenderedRun } from '../../../support/export-source.ts';

let folder: string;
let run: RenderedRun;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-selection-'));
});
beforeEach(() => {
  run = renderedRun(2);
});
afterAll(() => rm(folder, { recursive: true }));

const rows = (...chosen: number[]): string => {
  const bits = emptyBits(64 * 48);
  for (const row of chosen) addRow(bits, row);
  return encodeRows(bits);
};

async function verticesOf(format: 'ply' | 'splat-ply', options = {}): Promise<number> {
  const outPath = join(folder, 'out.ply');
  await exportProject({ format, outPath, source: run, options });
  return Number(/element vertex (\d+)/.exec((await readFile(outPath)).subarray(0, 600).toString('latin1'))?.[1]);
}

test.each([
  ['ply', 'points0', 'keepPoint'],
  ['splat-ply', 'splats0', 'keepSplat'],
] as const)('%s leaves out the rows of edits, and all that is not selected', async (format, chunkId, keep) => {
  const all = await verticesOf(format);
  const edit = { kind: 'splats-deleted' as const, what: 'chair', chunks: [{ chunkId, rows: rows(0, 5, 700) }] };
  run.edits = [{ id: 'e', seq: 1, createdAtMs: 0, undone: false, edit }];
  expect(await verticesOf(format)).toBe(all - 3);
  expect(await verticesOf(format, { [keep]: (id: string, row: number) => id === chunkId && row < 10 })).toBe(8);
  run.edits = [{ id: 'e', seq: 1, createdAtMs: 0, undone: true, edit }];
  expect(await verticesOf(format)).toBe(all);
});

test('an inventory is a table in metres, with words and names quoted', async () => {
  const path = join(folder, 'inventory.csv');
  const lines = [
    { label: 'red, large', count: 12, size: [1, 2, 3], center: [0, 0, -1], photoIds: ['p1', 'p0'] },
    { label: 'zebra', count: 0, size: [0, 0, 0], center: [0, 0, 0], photoIds: [] },
  ] as const;
  await writeInventory(path, lines, 0.5, (id) => `photo "${id}"`);
  expect((await readFile(path, 'utf8')).trim().split('\n')).toEqual([
    'label,splats,size_x,size_y,size_z,centre_x,centre_y,centre_z,unit,photos_that_saw_it,photos',
    '"red, large",12,0.5000,1.0000,1.5000,0.0000,0.0000,-0.5000,m,2,"photo ""p1""; photo ""p0"""',
    'zebra,0,,,,,,,m,0,',
  ]);
});
