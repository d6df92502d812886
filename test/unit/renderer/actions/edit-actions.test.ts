// Moving photos in their order, as the strip and the keys do it.
import { beforeEach, expect, test } from 'vitest';
import { createActions, type Actions } from '../../../../renderer/actions/actions.ts';
import { movePhotos } from '../../../../renderer/actions/edit-actions.ts';
import { nameFrom } from '../../../../renderer/actions/bring-in.ts';
import { AppState } from '../../../../renderer/state/app-state.svelte.ts';
import { connect, start } from '../../../../renderer/state/connect.ts';
import { createFakeStudio, fakeDefaults } from '../../../support/fake/studio.ts';

let app: AppState;
let actions: Actions;
const order = (): string => app.photos.ordered.map(({ id }) => id.replace('photo', '')).join('');

beforeEach(async () => {
  app = new AppState(createFakeStudio({ ...fakeDefaults, photos: 5, met: 5 }));
  actions = createActions(app);
  connect(app);
  await start(app);
});

test('photos are dropped before the place pointed at, in their present order', async () => {
  await movePhotos(app, ['photo3', 'photo1'], 0);
  expect(order()).toBe('13024');
  await movePhotos(app, ['photo1'], 5);
  expect(order()).toBe('30241');
});

test('one step earlier and later, by keys, and undone one by one', async () => {
  app.selection.only('photo2');
  await actions.get('edit.earlier').perform();
  expect(order()).toBe('02134');
  await actions.get('edit.later').perform();
  expect(order()).toBe('01234');
  await actions.get('edit.undo').perform();
  expect(order()).toBe('02134');
});

test('the first photo cannot move earlier', async () => {
  app.selection.only('photo0');
  await actions.get('edit.earlier').perform();
  expect(app.edits.records).toHaveLength(0);
});

test('hiding and showing frames', async () => {
  app.selection.only('photo4');
  await actions.get('edit.hide-frame').perform();
  expect(app.visibleFrameIds.size).toBe(4);
  expect(actions.get('edit.hide-frame').enabled()).toBe(false);
  await actions.get('edit.show-all').perform();
  expect(app.visibleFrameIds.size).toBe(5);
});

test('escape leaves the camera first, then the tool, then the selection', async () => {
  app.selection.only('photo1');
  app.shell.tool = 'box';
  app.selection.lookingThrough = 'photo1';
  const leave = (): unknown => actions.get('app.leave').perform();
  leave();
  expect([app.selection.lookingThrough, app.shell.tool]).toEqual([null, 'box']);
  leave();
  expect([app.shell.tool, app.selection.isEmpty]).toEqual(['look', false]);
  leave();
  expect(app.selection.isEmpty).toBe(true);
});

test('a project is named after the folder, or after the only file', () => {
  expect(nameFrom(['/home/ada/Kitchen table'])).toBe('Kitchen table');
  expect(nameFrom(['C:\\photos\\Atelier été'])).toBe('Atelier été');
  expect(nameFrom(['garden/IMG_1.jpg', 'garden/IMG_2.jpg'])).toBe('garden');
  expect(nameFrom(['walk.mp4'])).toBe('walk');
  expect(nameFrom(['IMG_1.jpg', 'IMG_2.jpg'])).toMatch(/^Scene of \d+ \w+$|^Scene of \w+ \d+$/);
});
