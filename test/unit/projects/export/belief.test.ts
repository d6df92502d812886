// Photos that were met twice: an export writes one of the two beliefs, and says which.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WrittenExport } from '../../../../projects/export/source.ts';
import { exportProject } from '../../../../projects/export/export-project.ts';
import type { BeliefId } from '../../../../projects/format/belief.ts';
import type { ExportFormatId } from '../../../../projects/format/export-formats.ts';
import { renderedRun, type RenderedRun } from '../../../support/export-source.ts';

let folder = '';
let run: RenderedRun;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-export-'));
  run = renderedRun();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The photo's camera stood one unit to the left at first, and it showed the points that another photo shows now. */
function metAgain(...photos: number[]): void {
  run.beliefs = photos.map((i) => {
    const { id, worldFromCamera, intrinsics } = run.frames[i];
    if (!worldFromCamera) throw new Error('every frame of the rendered run is placed');
    const [x, y, z] = worldFromCamera.translation;
    return {
      frameId: id,
      worldFromCamera: { ...worldFromCamera, translation: [x - 1, y, z] },
      ...{ intrinsics, confidence: 0.4, depth: null },
      points: { ...run.chunks[(i + 1) % 3], frameId: id },
      revised: { worldFromCamera, confidence: 0.9 },
    };
  });
}

const write = (format: ExportFormatId, belief?: BeliefId): Promise<WrittenExport> =>
  exportProject({ format, outPath: join(folder, `out-${belief}`), source: run, options: belief ? { belief } : {} });

const centres = async (path: string): Promise<number[][]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ').slice(1, 4).map(Number));

test('a run that met its photos once says nothing of beliefs', async () => {
  expect(await write('tum', 'first')).toMatchObject({ belief: null, notices: [] });
});

test('the revised belief is written unless the first is asked for, and both say so', async () => {
  metAgain(0, 1, 2);
  const revised = await write('tum');
  expect(revised).toMatchObject({
    belief: 'revised',
    notices: ['The photos were met twice; this is what they showed the second time.'],
  });
  const first = await write('tum', 'first');
  expect(first).toMatchObject({
    belief: 'first',
    notices: ['The photos were met twice; this is what they showed the first time.'],
  });
  const [now, before] = [await centres(revised.path), await centres(first.path)];
  before.forEach(([x, y, z], i) => {
    expect(x).toBeCloseTo(now[i][0] - 1, 6);
    expect([y, z]).toEqual(now[i].slice(1));
  });
});

test('first points come from their own files and stand at the first camera; what was met once stays', async () => {
  metAgain(1);
  const { path, notices } = await write('ply', 'first');
  expect(notices).toEqual(['1 of 3 photos were met twice; this is what they showed the first time.']);
  const places = async (path: string): Promise<string[]> => {
    const { array } = new PLYLoader().parse(new Uint8Array(await readFile(path)).buffer).getAttribute('position');
    return Array.from({ length: array.length / 3 }, (_, row) => array.slice(3 * row, 3 * row + 3).join(' '));
  };
  const [now, then] = [await places((await write('ply')).path), await places(path)];
  const [first, second, third] = run.chunks.map(({ count }) => count);
  expect(now).toHaveLength(first + second + third);
  // The second photo shows what the third one shows, from where it was believed to stand.
  expect(then).toHaveLength(first + third + third);
  const known = new Set(now);
  expect(then.filter((place) => known.has(place))).toHaveLength(first + third);
});

test('splats have no first version: the revised ones are written and the difference is told', async () => {
  metAgain(0, 1, 2);
  const { belief, notices, bytes } = await write('splat-ply', 'first');
  expect(belief).toBe('revised');
  expect(notices[0]).toMatch(/second time; splats and measures have no other\.$/);
  expect(bytes).toBe((await write('splat-ply')).bytes);
});
