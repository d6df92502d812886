// An answer follows the splats: asked again when more of them are there, once they rest or after a while, and as it is shown.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AnswersFollow } from '../../../../renderer/state/answers-follow.ts';
import type { AskState } from '../../../../renderer/state/ask.svelte.ts';
import type { MeasureState } from '../../../../renderer/state/measure.svelte.ts';
import type { LabelsState } from '../../../../renderer/state/labels.svelte.ts';

const ask = { view: 'heat', features: new Map(), refresh: vi.fn(), refreshFeatures: vi.fn() };
const labels = { isShown: false, refresh: vi.fn(), clear: vi.fn() };
const measure = { refresh: vi.fn() };
let answers: AnswersFollow;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.clearAllMocks();
  Object.assign(ask, { view: 'heat', features: new Map() });
  labels.isShown = false;
  answers = new AnswersFollow(
    ask as unknown as AskState,
    labels as unknown as LabelsState,
    measure as unknown as MeasureState,
  );
});
afterEach(() => vi.useRealTimers());

test('splats of three photos in a row are one question', async () => {
  for (let photo = 0; photo < 3; photo++) {
    answers.changed();
    await vi.advanceTimersByTimeAsync(300);
  }
  expect(ask.refresh).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(ask.refresh).toHaveBeenCalledTimes(1);
  expect(measure.refresh).toHaveBeenCalledTimes(1);
});

test('while splats keep coming the answer is renewed every few seconds', async () => {
  for (let photo = 0; photo < 30; photo++) {
    answers.changed();
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(ask.refresh.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(ask.refresh.mock.calls.length).toBeLessThanOrEqual(4);
});

test('labels that are shown are asked again, others are forgotten until they are wanted', async () => {
  labels.isShown = true;
  await answers.now();
  expect(labels.clear).toHaveBeenCalledOnce();
  ask.view = 'labels';
  await answers.now();
  expect(labels.refresh).toHaveBeenCalledOnce();
});

test('a project that was left is not asked', async () => {
  answers.changed();
  answers.forget();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask.refresh).not.toHaveBeenCalled();
});
