// From pressed keys to actions, on layouts of all kinds.
import { expect, test } from 'vitest';
import { keyLabel } from '../../../../renderer/actions/action.ts';
import { createActions } from '../../../../renderer/actions/actions.ts';
import { actionFor, isTyping, matches } from '../../../../renderer/actions/keyboard.ts';
import { searchScore } from '../../../../renderer/actions/search.ts';
import { AppState } from '../../../../renderer/state/app-state.svelte.ts';
import { createFakeStudio, fakeDefaults } from '../../../support/fake/studio.ts';

const press = (key: string, extra: Partial<KeyboardEvent> = {}): Parameters<typeof matches>[1] => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...extra,
});
const actions = createActions(new AppState(createFakeStudio(fakeDefaults)));
const idOf = (...args: Parameters<typeof press>): string | undefined => actionFor(actions.all, press(...args))?.id;

test('the keys most peers share lead to their actions', () => {
  expect(idOf('f')).toBe('camera.frame-selection');
  expect(idOf('F', { shiftKey: true })).toBe('camera.frame-all');
  expect(idOf('Home')).toBe('camera.frame-all');
  expect(idOf('g')).toBe('view.grid');
  expect(idOf('h')).toBe('edit.hide-frame');
  expect(idOf('H', { shiftKey: true })).toBe('edit.show-all');
  expect(idOf(' ')).toBe('time.play');
  expect(idOf(',')).toBe('time.back');
  expect(idOf('.')).toBe('time.forward');
  expect(idOf('z', { ctrlKey: true })).toBe('edit.undo');
  expect(idOf('Z', { ctrlKey: true, shiftKey: true })).toBe('edit.redo');
  expect(idOf('k', { metaKey: true })).toBe('app.palette');
  expect(idOf('Escape')).toBe('app.leave');
});

test('signs work whether their layout needs Shift or not', () => {
  expect(idOf('?', { shiftKey: true })).toBe('app.keys');
  expect(idOf('?')).toBe('app.keys');
});

test('axis views follow the place of the key: on AZERTY the digit row types letters', () => {
  expect(idOf('&', { code: 'Digit1' })).toBe('camera.front');
  expect(idOf('6', { code: 'Numpad6' })).toBe('camera.bottom');
});

test('a plain letter is not its Ctrl combination, nor the other way round', () => {
  expect(idOf('z')).toBeUndefined();
  expect(idOf('f', { ctrlKey: true })).toBeUndefined();
  expect(idOf('f', { altKey: true })).toBeUndefined();
});

test('no two actions share a key, and none uses a key of flying', () => {
  const labels = actions.all.flatMap(({ keys }) => (keys ?? []).map((key) => (key.code ?? '') + keyLabel(key)));
  expect(new Set(labels).size).toBe(labels.length);
  for (const key of ['w', 'a', 's', 'd', 'q', 'e']) expect(idOf(key)).toBeUndefined();
});

test('every action has an id and a label of its own', () => {
  for (const what of ['id', 'label'] as const) {
    const values = actions.all.map((action) => action[what]);
    expect(new Set(values).size).toBe(values.length);
  }
  expect(() => actions.get('no.such')).toThrow('no.such');
});

test('text fields swallow keys, sliders and boxes do not', () => {
  const element = (tagName: string, type?: string): EventTarget => ({ tagName, type }) as unknown as EventTarget;
  expect(isTyping(element('INPUT', 'text'))).toBe(true);
  expect(isTyping(element('TEXTAREA'))).toBe(true);
  expect(isTyping(element('INPUT', 'range'))).toBe(false);
  expect(isTyping(element('BUTTON'))).toBe(false);
  expect(isTyping(null)).toBe(false);
});

test('the palette finds what is typed in the label before what lies beside it', () => {
  const best = (typed: string): string | undefined =>
    [...actions.all].sort((a, b) => searchScore(b, typed) - searchScore(a, typed))[0]?.id;
  expect(best('light')).toBe('app.theme-light');
  expect(best('colour by conf')).toBe('view.colour-confidence');
  expect(best('crop')).toBe('edit.box-tool');
  expect(actions.all.every((action) => searchScore(action, 'zebra crossing') === 0)).toBe(true);
});
