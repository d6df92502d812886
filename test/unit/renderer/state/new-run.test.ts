// What a new run is started with.
import { expect, test } from 'vitest';
import { ModelsState } from '../../../../renderer/state/models.svelte.ts';
import { newRun } from '../../../../renderer/state/new-run.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';

test('the chosen rule and revisiting go with a recurrent method only', () => {
  const models = new ModelsState({} as StudioCalls);
  expect(newRun(models)).toMatchObject({
    modelId: 'geometry',
    settings: { updateRule: 'plain', revisit: 'none', depthModelId: null },
  });
  const model = {
    ...{ id: 'cut3r', name: 'CUT3R', kind: 'recurrent', parameters: 1, bytesOnDisk: 1, memoryMb: 1, provider: 'CPU' },
    ...{ licence: { id: 'MIT', name: 'MIT', url: null }, builtIn: false, isDefault: false },
  } as const;
  models.all = [model, { ...model, id: 'geometry', kind: 'geometry', isDefault: true }];
  models.updateRule = 'memix';
  models.revisit = 'frozen';
  expect(newRun(models)).toMatchObject({
    modelId: 'geometry',
    settings: { updateRule: 'plain', revisit: 'none', depthModelId: null },
  });
  // Gaps are filled by a pack that is there, and only in a run of the geometry.
  expect(models.predictors.map(({ id }) => id)).toEqual(['cut3r']);
  models.gapsId = 'cut3r';
  expect(newRun(models).settings.depthModelId).toBe('cut3r');
  models.gapsId = 'deleted';
  expect(newRun(models).settings.depthModelId).toBeNull();
  models.gapsId = 'cut3r';
  models.chosenId = 'cut3r';
  expect(newRun(models).settings.depthModelId).toBeNull();
  expect(newRun(models)).toMatchObject({ modelId: 'cut3r', settings: { updateRule: 'memix', revisit: 'frozen' } });
});
