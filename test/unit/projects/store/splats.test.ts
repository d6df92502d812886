// Splats go with the points they were made from; questions and cameras are kept.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chunkPath } from '../../../../projects/format/layout.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

let folder: string;
let store: ProjectStore;
const bounds = { min: [0, 0, 0], max: [1, 1, 1] } as const;
const settings = plainSettings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-splats-'));
  store = await ProjectStore.create(join(folder, 'project'), 'Room');
});
afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true });
});

/** One photo with a final chunk; returns its frame. */
function placedFrame(): { runId: string; frameId: string } {
  store.photos.add([
    {
      id: 'p',
      path: 'photos/a.jpg',
      name: 'a.jpg',
      sha256: 'a',
      widthPx: 4,
      heightPx: 3,
      takenAtMs: null,
      focalPx: null,
      camera: null,
      gps: null,
      prior: null,
    },
  ]);
  const { id: runId } = store.runs.create('geometry', settings);
  const frame = {
    photoId: 'p',
    stepIdx: 0,
    status: 'placed' as const,
    submapIdx: 0,
    worldFromCamera: identitySim3,
    intrinsics: pinhole(4, 3, 4),
    confidence: 1,
  };
  const chunk = { id: 'c1', photoId: 'p', kind: 'final' as const, count: 5, bounds };
  const { frames } = store.commitStep({ runId, frames: [frame], chunks: [chunk] });
  return { runId, frameId: frames[0].id };
}

test('new splats of a frame take the place of the old ones, and go when the points go', () => {
  const { runId, frameId } = placedFrame();
  expect(store.gaussians.put({ id: 'g1', frameId, sourceChunkId: 'c1', count: 5 }).replaced).toEqual([]);
  expect(store.gaussians.put({ id: 'g2', frameId, sourceChunkId: 'c1', count: 4 }).replaced).toEqual(['g1']);
  expect(store.gaussians.list(runId)).toEqual([{ id: 'g2', frameId, sourceChunkId: 'c1', count: 4, fileId: 'g2' }]);
  store.chunks.remove(['c1']);
  expect(store.gaussians.list(runId)).toEqual([]);
});

test('opening again sweeps splat files without rows and rows without files', async () => {
  const { runId, frameId } = placedFrame();
  await writeFile(join(store.folder, chunkPath('c1')), 'x');
  await writeFile(join(store.folder, chunkPath('g1')), 'x');
  store.gaussians.put({ id: 'g1', frameId, sourceChunkId: 'c1', count: 5 });
  store.close();
  store = await ProjectStore.open(store.folder);
  expect(store.gaussians.list(runId)).toHaveLength(1);
  await rm(join(store.folder, chunkPath('g1')));
  store.close();
  store = await ProjectStore.open(store.folder);
  expect(store.gaussians.list(runId)).toEqual([]);
  expect(store.openNotices).toEqual([]);
});

test('questions are remembered newest first, each once, fifty at most', () => {
  for (let i = 0; i < 60; i++) store.questions.remember(`word ${i}`, i);
  store.questions.remember('word 30', 100);
  const texts = store.questions.list();
  expect(texts).toHaveLength(50);
  expect(texts[0]).toBe('word 30');
  expect(new Set(texts).size).toBe(50);
});

test('label sets come back in their order with their words and colours', () => {
  const floor = { word: 'floor', color: '#112233' };
  const set = { name: 'Mine', labels: [floor, { word: 'red chair', color: '#ff0000' }], reject: 0.4 };
  store.labelSets.replaceAll([
    { ...set, id: 'b' },
    { ...set, id: 'a', labels: [] },
  ]);
  expect(store.labelSets.list()).toEqual([
    { ...set, id: 'b' },
    { ...set, id: 'a', labels: [] },
  ]);
  store.labelSets.replaceAll([{ ...set, id: 'c' }]);
  expect(store.labelSets.list().map(({ id }) => id)).toEqual(['c']);
});

test('the cameras of a path come back in their order', () => {
  const camera = { name: 'Door', worldFromCamera: identitySim3, intrinsics: pinhole(16, 9, 10), seconds: 0 };
  store.cameras.replaceAll([
    { ...camera, id: 'b' },
    { ...camera, id: 'a', seconds: 2 },
  ]);
  expect(store.cameras.list().map(({ id, seconds }) => [id, seconds])).toEqual([
    ['b', 0],
    ['a', 2],
  ]);
  store.cameras.replaceAll([{ ...camera, id: 'c' }]);
  expect(store.cameras.list()).toEqual([{ ...camera, id: 'c' }]);
});
