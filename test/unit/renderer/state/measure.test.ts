// What is picked becomes a measure when it has all its places; places are taken back; only the newest question is answered.
import { expect, test } from 'vitest';
import type { Edit } from '../../../../projects/format/edits.ts';
import { AppState } from '../../../../renderer/state/app-state.svelte.ts';
import type { StudioApi } from '../../../../electron/contract/studio-api.ts';
import { connect, start } from '../../../../renderer/state/connect.ts';
import { fail, ok } from '../../../../projects/format/result.ts';
import { createFakeStudio, fakeDefaults } from '../../../support/fake/studio.ts';

/** The app over the made-up room; places are kept by its first frame, questions answered when the test says so. */
async function openApp() {
  const fake = createFakeStudio({ ...fakeDefaults, msPerPhoto: 0 });
  const questions: ((value: unknown) => void)[] = [];
  const appended: Edit[] = [];
  const api = {
    ...fake,
    invoke(command: string, input: { places?: unknown[]; text?: string }) {
      if (command === 'space.anchor')
        return Promise.resolve(
          ok(
            input.places?.map((_, i) => ({ frameId: 'frame0', pointInCamera: [3 * i, 4 * i, 0], sigma: 0, views: 2 })),
          ),
        );
      if (command === 'scene.ask')
        return Promise.resolve(
          (input.text ?? '').startsWith('how')
            ? fail('question-about-space')
            : fail('query-unknown-word', { word: 'red' }),
        );
      if (command === 'space.answer') return new Promise((resolve) => questions.push((value) => resolve(ok(value))));
      if (command === 'edits.append') appended.push(input as unknown as Edit);
      return fake.invoke(command as never, input as never);
    },
  } as unknown as StudioApi;
  const app = new AppState(api);
  connect(app);
  await start(app);
  return { app, questions, appended };
}

const place = { pointInWorld: [0, 0, 1] as const, precision: 0.01 };

test('a distance ends with its second place, an area when it is finished', async () => {
  const { app, appended } = await openApp();
  const { measure } = app;
  measure.begin('distance');
  await measure.pick(null);
  expect([measure.hint !== '', measure.places.length]).toEqual([true, 0]);
  await measure.pick(place);
  expect(measure.canFinish).toBe(false);
  await measure.pick(place);
  expect(appended.map(({ kind }) => kind)).toEqual(['measure-added']);
  expect(measure.shown.map(({ measure: { name }, value }) => [name, value.quantities[0].value.toFixed(9)])).toEqual([
    ['distance 1', '5.000000000'],
  ]);
  measure.begin('area');
  for (let i = 0; i < 4; i++) await measure.pick(place);
  measure.takeBack();
  expect(measure.places).toHaveLength(3);
  await measure.finish();
  expect(measure.shown).toHaveLength(2);
  expect(measure.places).toHaveLength(0);
});

test('the scale makes metres of it, and undo takes it back', async () => {
  const { app } = await openApp();
  app.measure.begin('distance');
  await app.measure.pick(place);
  await app.measure.pick(place);
  await app.measure.setScale({ metresPerUnit: 2, relativeSigma: null, source: { kind: 'typed' } });
  expect(app.measure.shown[0].value.quantities[0]).toMatchObject({ value: expect.closeTo(10, 9), isMetric: true });
  await app.edits.undo();
  expect(app.measure.shown[0].value.quantities[0]).toMatchObject({ value: expect.closeTo(5, 9), isMetric: false });
});

test('an answer that is shown follows the scale, whatever is being typed, and nothing is asked where none is shown', async () => {
  const { app, questions } = await openApp();
  const { measure } = app;
  await measure.setScale({ metresPerUnit: 1, relativeSigma: null, source: { kind: 'typed' } });
  expect(questions).toHaveLength(0);
  const asked = measure.ask('how far', 0.5);
  questions[0]({ sentence: '1 m' });
  await asked;
  measure.question = 'how far is';
  await measure.setScale({ metresPerUnit: 2, relativeSigma: null, source: { kind: 'typed' } });
  await expect.poll(() => questions.length).toBe(2);
  expect(measure.answer?.sentence).toBe('1 m');
  questions[1]({ sentence: '2 m' });
  await expect.poll(() => measure.answer?.sentence).toBe('2 m');
  expect(measure.question).toBe('how far is');
  await app.edits.undo();
  await expect.poll(() => questions.length).toBe(3);
});

test('the answer of an older question does not take the place of a newer one', async () => {
  const { app, questions } = await openApp();
  const first = app.measure.ask('how many red', 0.5);
  const second = app.measure.ask('how many blue', 0.5);
  questions[1]({ sentence: 'blue' });
  questions[0]({ sentence: 'red' });
  await Promise.all([first, second]);
  expect(app.measure.answer?.sentence).toBe('blue');
  expect(app.measure.busy).toBe(false);
  app.measure.forget();
  expect(app.measure.answer).toBeNull();
});

test('a question about space that is typed in Ask is answered there, and the next one in words takes its place', async () => {
  const { app, questions } = await openApp();
  const { ask, measure, shell } = app;
  shell.mode = 'ask';
  const asked = ask.ask('how many red boxes are there');
  await expect.poll(() => questions.length).toBe(1);
  questions[0]({ sentence: 'There are 2.', marks: [], photos: [] });
  await asked;
  expect([ask.aboutSpace, ask.reply, ask.problem, measure.answer?.sentence]).toEqual([
    'how many red boxes are there',
    null,
    null,
    'There are 2.',
  ]);
  expect(app.showsSpace).toBe(true);
  expect(ask.history[0]).toBe('how many red boxes are there');
  // Words nobody knows end it too: the old answer is not shown under them.
  await ask.ask('red');
  expect([app.showsSpace, ask.aboutSpace, ask.problem?.code]).toEqual([false, '', 'query-unknown-word']);
});
