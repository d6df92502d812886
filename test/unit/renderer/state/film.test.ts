// Films and pictures as the interface asks for them: sizes, cancelling, and maps of the view on the screen.
import { expect, test } from 'vitest';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { FilmState } from '../../../../renderer/state/film.svelte.ts';
import { PathState } from '../../../../renderer/state/path.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';
import type { FilmRequest, ViewportPort } from '../../../../renderer/state/viewport-port.ts';

const view = { worldFromCamera: identitySim3, intrinsics: pinhole(900, 600, 450) };

function film(record: (request: FilmRequest) => Promise<Blob>): {
  state: FilmState;
  viewport: ViewportPort;
  asked: Record<string, unknown>[];
} {
  const asked: Record<string, unknown>[] = [];
  const ask = (_command: string, input: Record<string, unknown>): Promise<unknown> => {
    asked.push(input);
    return Promise.resolve({ path: '/out/room-depth.png' });
  };
  const calls = { ask } as unknown as StudioCalls;
  const viewport = { viewNow: () => view, record } as unknown as ViewportPort;
  return { state: new FilmState(calls, new PathState(calls)), viewport, asked };
}

test('a film has even sides, says how far it is, and is done', async () => {
  let seen: FilmRequest | null = null;
  const { state, viewport } = film(async (request) => {
    seen = request;
    request.onProgress(0.5);
    expect(state.share).toBe(0.5);
    return new Blob(['film']);
  });
  state.setSize(641, 361);
  expect((await state.record(viewport))?.size).toBe(4);
  expect(seen).toMatchObject({ widthPx: 640, heightPx: 360, format: 'mp4' });
  expect(state.share).toBeNull();
});

test('a cancelled film is no error; one that fails says why', async () => {
  const untilAborted = ({ signal }: FilmRequest): Promise<Blob> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  const { state, viewport } = film(untilAborted);
  const done = state.record(viewport);
  state.cancel();
  expect(await done).toBeNull();
  expect([state.problem, state.share]).toEqual(['', null]);
  const failing = film(() => Promise.reject(new Error('This browser cannot write MP4.')));
  expect(await failing.state.record(failing.viewport)).toBeNull();
  expect(failing.state.problem).toBe('This browser cannot write MP4.');
});

test('sizes stay within what a canvas can be', () => {
  const { state } = film(() => Promise.reject(new Error('not asked for')));
  state.setSize(100_000, 3);
  expect([state.widthPx, state.heightPx]).toEqual([8192, 16]);
  state.setSize(Number.NaN, 500.4);
  expect([state.widthPx, state.heightPx]).toEqual([8192, 500]);
});

test('a map shows the height of the view, in the middle of a picture of another shape', async () => {
  const { state, viewport, asked } = film(() => Promise.reject(new Error('not asked for')));
  state.setSize(1600, 1200);
  await state.map(viewport, 'depth');
  expect(asked[0]).toMatchObject({ kind: 'depth', path: null });
  // Twice the size: 900 px become 1800, of which the middle 1600 are shown.
  expect(asked[0].intrinsics).toMatchObject({
    widthPx: 1600,
    heightPx: 1200,
    fxPx: 900,
    fyPx: 900,
    cxPx: 800,
    cyPx: 600,
  });
  expect(state.written?.path).toBe('/out/room-depth.png');
});
