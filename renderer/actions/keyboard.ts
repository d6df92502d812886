// From a pressed key to its action. Keys do nothing while the user types or a dialog is open.

import type { Action, KeyBinding } from './action.ts';

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

export function matches(binding: KeyBinding, press: KeyPress): boolean {
  if (press.altKey || (press.ctrlKey || press.metaKey) !== Boolean(binding.ctrl)) return false;
  if (binding.code) return press.code === binding.code && press.shiftKey === Boolean(binding.shift);
  if (press.key.toLowerCase() !== binding.key?.toLowerCase()) return false;
  // A sign such as ? needs Shift on one layout and not on another: only letters and named keys ask about it.
  const isSign = press.key.length === 1 && press.key.toLowerCase() === press.key.toUpperCase() && press.key !== ' ';
  return isSign || press.shiftKey === Boolean(binding.shift);
}

export function actionFor(actions: readonly Action[], press: KeyPress): Action | null {
  return actions.find(({ keys }) => keys?.some((binding) => matches(binding, press))) ?? null;
}

/** True where a key press writes text or moves a slider. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as { tagName?: string; type?: string; isContentEditable?: boolean } | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true;
  return (
    element.tagName === 'INPUT' && element.type !== 'checkbox' && element.type !== 'radio' && element.type !== 'range'
  );
}

/** True where the space bar or Enter already presses something. */
export const isPressable = (target: EventTarget | null): boolean =>
  ['BUTTON', 'A', 'SUMMARY', 'INPUT'].includes((target as { tagName?: string } | null)?.tagName ?? '');
