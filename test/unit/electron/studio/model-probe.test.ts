// Image encoders compared on the open scene through the whole core: told while it goes on, one at a time, cancelled at once.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forkEngine } from '../../../../electron/studio/fork-engine.ts';
import { builtInPacksFolder } from '../../../../models/run/packs.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { finishedProject } from '../../../support/finished-project.ts';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';

let host: LedgerStudio;

beforeEach(async () => {
  const engine = join(import.meta.dirname, '../../../../electron/engine/main.ts');
  host = await LedgerStudio.create({
    host: 'cli',
    zooFolder: builtInPacksFolder,
    spawnEngine: () => forkEngine(engine),
  });
  const folder = join(host.root, 'room');
  await finishedProject(folder, 'Room', boxRoom(), arcCameras(5, 48, 36, 40));
  await host.do('projects.open', { folder });
});
afterEach(() => host.destroy());

const probing = { modelIds: ['tiny-recurrent'], every: 4 };

test('a pack is held against the place and colour of pixels; a second comparison waits its turn', async () => {
  const told = host.next('models.progress', (progress) => progress?.stage.includes('knows') === true);
  const first = host.do('models.probe', probing);
  expect(await host.codeOf('models.probe', probing)).toBe('busy');
  const { encoders, scene, photos, held } = await first;
  await told;
  expect([photos, held]).toEqual([4, 1]);
  expect(encoders.map(({ modelId }) => modelId)).toEqual([null, 'tiny-recurrent']);
  for (const { all } of encoders) expect(all.psnr).toBeLessThan(scene.psnr + 1);
});

test('cancelled, it ends at once and another may begin', async () => {
  const told = host.next('models.progress');
  const ended = host.codeOf('models.probe', probing);
  await told;
  await host.do('models.cancel', null);
  expect(await ended).toBe('cancelled');
  expect(await host.do('models.probe', { ...probing, every: 5 })).toMatchObject({ photos: 4 });
});

test('what cannot be done has a reason', async () => {
  expect(await host.codeOf('models.probe', { ...probing, modelIds: ['nobody'] })).toBe('model-unknown');
  expect(await host.codeOf('models.probe', { ...probing, every: 50 })).toBe('run-too-few-photos');
  await rm(join(host.root, 'room', 'photos'), { recursive: true });
  expect(await host.codeOf('models.probe', probing)).toBe('photo-missing');
  await host.do('projects.close', null);
  expect(await host.codeOf('models.probe', probing)).toBe('no-project');
});
