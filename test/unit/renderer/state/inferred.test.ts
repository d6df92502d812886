// What a state believes of unseen views, as the interface keeps it: beside what photos saw, never among it.
import { describe, expect, test } from 'vitest';
import { cameraActions } from '../../../../renderer/actions/camera-actions.ts';
import { AppState } from '../../../../renderer/state/app-state.svelte.ts';
import type { ViewportPort } from '../../../../renderer/state/viewport-port.ts';
import { InferredState } from '../../../../renderer/state/inferred.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';
import type { PathView } from '../../../../projects/format/camera-path.ts';
import type { PointChunk } from '../../../../projects/format/scene.ts';
import { createFakeStudio, fakeDefaults } from '../../../support/fake/studio.ts';

const view: PathView = {
  worldFromCamera: { rotation: [0, 0, 0, 1], translation: [1, 2, 3], scale: 2 },
  intrinsics: { widthPx: 800.4, heightPx: 600, fxPx: 700, fyPx: 700, cxPx: 400, cyPx: 300, k1: 0, k2: 0 },
};
const chunk: PointChunk = {
  ...{ id: 'c', frameId: '', kind: 'inferred', count: 7 },
  bounds: { min: [0, 0, 0], max: [1, 1, 1] },
};

/** Answers as the test wants, and remembers what was asked. */
function asked(answer: PointChunk | null): { inferred: InferredState; inputs: unknown[] } {
  const inputs: unknown[] = [];
  const calls = {
    ask: async (_: string, input: unknown) => {
      inputs.push(input);
      return answer;
    },
  } as unknown as StudioCalls;
  return { inferred: new InferredState(calls), inputs };
}

describe('an inferred view', () => {
  test('stands where it was asked from, in whole pixels and the units of the scene', async () => {
    const { inferred, inputs } = asked(chunk);
    await inferred.ask(view, 'run');
    expect(inputs).toMatchObject([
      { worldFromCamera: { translation: [1, 2, 3], scale: 1 }, intrinsics: { widthPx: 800 } },
    ]);
    expect(inferred.pointCount).toBe(7);
    expect(inferred.frames).toMatchObject([{ runId: 'run', photoId: '', worldFromCamera: { translation: [1, 2, 3] } }]);
    expect(inferred.chunks[0].frameId).toBe(inferred.frames[0].id);
    inferred.clear();
    expect([inferred.pointCount, inferred.frames.length]).toEqual([0, 0]);
  });

  test('that the state cannot answer leaves nothing, and the next one can be asked', async () => {
    const { inferred } = asked(null);
    await inferred.ask(view, 'run');
    expect([inferred.frames.length, inferred.isWorking]).toEqual([0, false]);
  });

  test('is offered only where a recurrent run has made a scene', () => {
    const app = new AppState(createFakeStudio(fakeDefaults));
    const action = cameraActions(app).find(({ id }) => id === 'camera.ask-unseen');
    if (!action) throw new Error('The action is gone.');
    app.viewport = {} as ViewportPort;
    const frame = { id: 'f', runId: 'r', photoId: 'p', stepIdx: 1, status: 'placed', submapIdx: 0 } as const;
    const pose = { worldFromCamera: view.worldFromCamera, intrinsics: view.intrinsics, confidence: 1, reason: null };
    app.frames.reset([{ ...frame, ...pose }], [{ ...chunk, frameId: 'f', kind: 'final' }], []);
    const model = {
      ...{ id: 'cut3r', name: 'CUT3R', kind: 'recurrent', parameters: 1, bytesOnDisk: 1, memoryMb: 1, provider: 'CPU' },
      ...{ licence: { id: 'MIT', name: 'MIT', url: null }, builtIn: false, isDefault: false },
    } as const;
    app.models.all = [model, { ...model, id: 'geometry', kind: 'geometry' }];
    const runOf = (modelId: string) => ({ id: modelId, modelId, createdAtMs: modelId === 'cut3r' ? 2 : 1 }) as never;
    app.run.reset({ runs: [runOf('geometry')], shownRunId: 'geometry', run: null });
    expect(action.enabled()).toBe(false);
    app.run.reset({ runs: [runOf('geometry'), runOf('cut3r')], shownRunId: 'cut3r', run: null });
    expect(action.enabled()).toBe(true);
  });
});
