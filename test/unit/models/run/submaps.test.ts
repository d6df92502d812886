// Looking back: old submaps on disk, and when a photo counts as seen before.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Carried, StepAnswer } from '../../../../models/run/recurrent/network.ts';
import {
  closeLoop,
  findLoop,
  placementOf,
  SubmapStore,
  type Submaps,
} from '../../../../models/run/recurrent/submaps.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { identitySim3, type Sim3 } from '../../../../projects/format/sim3.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'submaps-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const carried: Carried = {
  state: { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, 2) },
  memory: { dtype: 'F32', shape: [1, 1], data: Float32Array.of(3) },
};
const at = (x: number): Sim3 => ({ ...identitySim3, translation: [x, 0, 0] });
/** A camera at (x, 0, 0) that sees four points at the given depth; both world estimates agree. */
function answerAt(x: number, depth: number, confidence = 3): StepAnswer {
  const pointsSelf = Float32Array.from([0, 0, depth, 1, 0, depth, 0, 1, depth, 1, 1, depth]);
  const pointsWorld = pointsSelf.map((value, i) => (i % 3 === 0 ? value + x : value));
  const conf = new Float32Array(4).fill(confidence);
  return {
    ...carried,
    widthPx: 2,
    heightPx: 2,
    pointsSelf,
    pointsWorld,
    confSelf: conf,
    confWorld: conf,
    colors: new Float32Array(12),
    pose: Float32Array.of(x, 0, 0, 1, 0, 0, 0),
    gate: new Float32Array(1),
    affinity: new Float32Array(1),
  };
}

const frame = (photoId: string, submap: number) => ({
  photoId,
  submap,
  submapFromCamera: identitySim3,
  intrinsics: pinhole(4, 4, 4),
  confidence: 0.5,
});
/** Three submaps in a row, the last of which drifted to 12 instead of 10. */
const submaps: Submaps = {
  worldFromSubmap: [at(0), at(5), at(12)],
  world: [0, 0, 0],
  edges: [
    { from: 0, to: 1, fromFromTo: at(5) },
    { from: 1, to: 2, fromFromTo: at(7) },
  ],
  frames: [frame('a', 0), frame('b', 1), frame('c', 2)],
};
const east = Float32Array.of(1, 0);
const north = Float32Array.of(0, 1);
const present = [north, north, east];

describe('a photo in the third submap', () => {
  test('that the first one knows gives the relation between the two', async () => {
    const store = new SubmapStore(folder, 'm', 'found');
    await store.write(0, carried, [north, east]);
    const edge = await findLoop(store, submaps, [east, east, east], answerAt(1, 2), async (old) => {
      expect([...(old.state.data as Float32Array)]).toEqual([1, 2]);
      return answerAt(11, 2);
    });
    expect(edge?.from).toBe(0);
    expect(edge?.to).toBe(2);
    // The camera stands at 1 in the new submap and at 11 in the old one.
    expect(edge?.fromFromTo.translation[0]).toBeCloseTo(10, 6);
    expect(edge?.fromFromTo.scale).toBeCloseTo(1, 6);
  });

  test('moves the parts to meet once the relation is known', () => {
    const { submaps: closed, moved } = closeLoop(submaps, { from: 0, to: 2, fromFromTo: at(10) });
    expect(moved.map(({ photoId }) => photoId)).toEqual(['b', 'c']);
    // The three relations disagree by two units of ten; whatever share each takes, the end is far nearer to where it was recognised.
    expect(Math.abs(placementOf(closed, closed.frames[2]).worldFromCamera.translation[0] - 10)).toBeLessThan(0.7);
    expect(Math.abs(placementOf(closed, closed.frames[1]).worldFromCamera.translation[0] - 5)).toBeLessThan(0.7);
  });

  test.for([
    ['looks less like it than neighbours look like each other', present, [north], answerAt(11, 2)],
    ['is answered with less confidence than now', [east, east, east], [east], answerAt(11, 2, 1.2)],
    [
      'is answered with two estimates that disagree',
      [east, east, east],
      [east],
      { ...answerAt(11, 2), pose: Float32Array.of(3, 0, 0, 1, 0, 0, 0) },
    ],
    ['has a depth that cannot be the same', [east, east, east], [east], answerAt(11, 200)],
  ] as const)('is no loop when it %s', async ([reason, descriptors, old, remembered]) => {
    const store = new SubmapStore(folder, 'm', reason.replaceAll(' ', '-'));
    await store.write(0, carried, [...old]);
    expect(await findLoop(store, submaps, [...descriptors], answerAt(1, 2), async () => remembered)).toBeNull();
  });

  test('finds nothing, and nothing fails, when the file of the old submap is gone or cut', async () => {
    const ask = async (): Promise<StepAnswer> => answerAt(11, 2);
    const store = new SubmapStore(folder, 'm', 'gone');
    expect(await findLoop(store, submaps, [east, east, east], answerAt(1, 2), ask)).toBeNull();
    for (const part of ['photos', 'state']) {
      await store.write(0, carried, [east]);
      await writeFile(join(folder, 'submaps-m-gone', `0.${part}.safetensors`), 'cut');
      expect(await findLoop(store, submaps, [east, east, east], answerAt(1, 2), ask)).toBeNull();
    }
  });
});
