// Refinement through the whole core: by itself at the end of a learned run, taken back bit by bit, brought back, refused with a sentence.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import type { StudioEvents } from '../../../../electron/contract/events.ts';
import { forkEngine } from '../../../../electron/studio/fork-engine.ts';
import { absoluteTranslationErrors, aligned, alignmentOf } from '../../../../models/evaluate/trajectory.ts';
import { decodePointChunk, type PointColumns } from '../../../../projects/format/point-chunk.ts';
import type { Frame, PointChunk, RunSettings } from '../../../../projects/format/scene.ts';
import { driftedFrames } from '../../../support/drifted-frames.ts';
import { walkOptions } from '../../../support/engine/drifting-engine.ts';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';
import { numbered } from '../../../support/engine/ledger-project.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const settings: RunSettings = { ...plainSettings, refine: true };
let host: LedgerStudio;
afterEach(() => host.destroy());

async function finish(refine: boolean): Promise<void> {
  const rested = host.next('run.progress', ({ status }) => status !== 'running');
  await host.do('run.start', { modelId: 'ledger', settings: { ...settings, refine } });
  expect((await rested).status).toBe('done');
}

const chunksNow = async (): Promise<PointChunk[]> => (await host.do('project.snapshot', null))?.chunks ?? [];
const idsOf = (chunks: readonly PointChunk[]): string[] => chunks.map(({ id }) => id).toSorted();
const framesNow = async (): Promise<Frame[]> => (await host.do('project.snapshot', null))?.frames ?? [];
const notices = (): string[] =>
  host.events.flatMap((event) => (event.name === 'notice' ? [event.payload.sentence] : []));

describe('a method that drifts', () => {
  const drifted = driftedFrames(walkOptions);

  async function walk(): Promise<void> {
    const engine = join(import.meta.dirname, '../../../support/engine/drifting-engine.ts');
    host = await LedgerStudio.create({ host: 'cli', spawnEngine: () => forkEngine(engine) });
    const paths: string[] = [];
    for (const [i, { image }] of drifted.entries()) {
      const path = join(host.root, 'photos', `walk-${i}.png`);
      const { widthPx: width, heightPx: height } = image;
      await sharp(image.data, { raw: { width, height, channels: 3 } }).toFile(path);
      paths.push(path);
    }
    await host.do('projects.create', { name: 'Walk', folder: null });
    await host.import(paths);
  }

  /** Distance of the camera centres from the truth after the best similarity. */
  function errorOf(frames: readonly Frame[]): number {
    const pairs = frames.flatMap(({ worldFromCamera }, i) =>
      worldFromCamera ? [{ estimate: { ...worldFromCamera, scale: 1 }, truth: drifted[i].truth }] : [],
    );
    return absoluteTranslationErrors(aligned(pairs, alignmentOf(pairs, 'sim3'))).rmse;
  }

  /** Depths by cell of the grid. */
  const byCell = ({ count, pixels, positions, gridWidthPx }: PointColumns): Map<number, number> =>
    new Map(
      Array.from({ length: count }, (_, k) => [pixels[2 * k + 1] * gridWidthPx + pixels[2 * k], positions[3 * k + 2]]),
    );
  const saidDepths = (i: number): Map<number, number> => byCell(drifted[i].points);
  const depthsOf = async (chunkId: string): Promise<Map<number, number>> =>
    byCell(decodePointChunk(await readFile(host.studio.resolveBulk('chunk', chunkId) ?? '')));

  test('is refined at the end of its run; undo and redo restore poses and points bit by bit', async () => {
    await walk();
    await finish(true);
    const refined = await framesNow();
    expect(notices().filter((sentence) => /^Refined 5 of 5 photos by \d+ tracks/.test(sentence))).toHaveLength(1);
    const said = drifted.map(({ worldFromCamera, intrinsics }) => ({ worldFromCamera, intrinsics }));
    const posesOf = (frames: readonly Frame[]): unknown =>
      frames.map(({ worldFromCamera, intrinsics }) => ({ worldFromCamera, intrinsics }));

    // Their points were replaced by sharper ones, file by file; those of before are kept.
    const sharper = await chunksNow();
    const added = (): StudioEvents['chunks.added'][] =>
      host.events.flatMap((event) => (event.name === 'chunks.added' ? [event.payload] : []));
    const replaced = added().at(-1)?.replaced.toSorted();
    expect(replaced).toHaveLength(5);
    expect(idsOf(sharper)).toEqual(idsOf(added().at(-1)?.chunks ?? []));

    const undone = await host.do('refine.undo', null);
    expect(undone?.undone).toBe(true);
    const before = await framesNow();
    expect(idsOf(await chunksNow())).toEqual(replaced);
    // The view is told to show them in place of the sharper ones.
    expect(added().at(-1)).toMatchObject({ chunks: { length: 5 }, replaced: { length: 5 } });
    for (const [i, { id }] of (await chunksNow()).entries()) expect(await depthsOf(id)).toEqual(saidDepths(i));
    expect(posesOf(before)).toEqual(said);
    expect(errorOf(refined)).toBeLessThan(errorOf(before) / 10);
    expect(await host.do('refine.undo', null)).toBeNull();

    // Also after the project was closed and opened.
    const folder = (await host.do('project.snapshot', null))?.project.folder ?? '';
    await host.restart();
    await host.do('projects.open', { folder });
    expect(idsOf(await chunksNow())).toEqual(replaced);
    await host.do('refine.redo', null);
    expect(await framesNow()).toEqual(refined);
    expect(await chunksNow()).toEqual(sharper);
    for (const [i, { id }] of sharper.entries()) expect(await depthsOf(id)).not.toEqual(saidDepths(i));
    expect(await host.do('refine.redo', null)).toBeNull();
    const snapshot = await host.do('project.snapshot', null);
    expect(snapshot?.refinements).toMatchObject([{ undone: false, reports: [{ frames: 5, refusal: null }] }]);

    // Once more begins from the poses that the method said, so they end where they ended; the depth, which the photos have
    // corrected meanwhile, fits better (measured 0.0048 and 0.0032).
    const again = await host.do('refine.run', null);
    const first = snapshot?.refinements[0].reports[0];
    expect(again.reports[0].errorPxBefore).toBeCloseTo(first?.errorPxBefore ?? 0, 4);
    expect(again.reports[0].depthErrorAfter).toBeLessThan(0.8 * (first?.depthErrorAfter ?? 0));
    expect(errorOf(await framesNow())).toBeLessThan(1.1 * errorOf(refined) + 1e-4);
  });

  test('answers where a clicked point is in all its photos, better after refinement', async () => {
    await walk();
    await finish(true);
    const { photos = [] } = (await host.do('project.snapshot', null)) ?? {};
    const click = { photoId: photos[2].id, xPx: 120.5, yPx: 90.5 };
    const reply = await host.do('scene.track', click);
    expect(reply.moving).toBe(false);
    expect(reply.observations.map(({ photoId }) => photoId)).toEqual(photos.map(({ id }) => id));
    // The box in the middle is in view of the photos beside this one.
    for (const i of [1, 2, 3]) expect(reply.observations[i]).toMatchObject({ visible: true });
    await host.do('refine.undo', null);
    const before = await host.do('scene.track', click);
    const sum = ({ observations }: typeof reply): number => observations.reduce((all, { score }) => all + score, 0);
    expect(sum(reply)).toBeGreaterThan(sum(before));
    expect(await host.codeOf('scene.track', { ...click, xPx: -50 })).toBe('nothing-there');
    expect(await host.codeOf('scene.track', { ...click, photoId: 'none' })).toBe('nothing-there');
  });

  test('stays as it is when the run does not want it, until it is asked for', async () => {
    await walk();
    await finish(false);
    expect(errorOf(await framesNow())).toBeGreaterThan(0.01);
    expect((await host.do('project.snapshot', null))?.refinements).toEqual([]);
    const moved = host.next('frames.changed');
    await host.do('refine.run', null);
    expect((await moved).frames).toHaveLength(5);
    expect(errorOf(await framesNow())).toBeLessThan(0.002);
  });
});

test('a method that talks nonsense ends with a sentence and with its poses as they were', async () => {
  host = await LedgerStudio.create({ host: 'cli' });
  await host.do('projects.create', { name: 'Nonsense', folder: null });
  await host.import(await host.photos(numbered(3)));
  await finish(true);
  expect(notices()).toContainEqual(
    expect.stringMatching(/^The cameras of 3 photos were left as they are: only 0 points/),
  );
  const before = await framesNow();
  expect(await host.codeOf('refine.run', null)).toBe('nothing-to-refine');
  expect(await framesNow()).toEqual(before);
});

test('there is nothing to refine without a run', async () => {
  host = await LedgerStudio.create({ host: 'cli' });
  expect(await host.codeOf('refine.run', null)).toBe('no-project');
  await host.do('projects.create', { name: 'Empty', folder: null });
  for (const command of ['refine.run', 'refine.undo', 'refine.redo'] as const)
    expect(await host.codeOf(command, null)).toBe('run-not-found');
});
