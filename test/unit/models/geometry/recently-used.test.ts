// What was used last is held up to a limit.

import { expect, test } from 'vitest';
import { RecentlyUsed } from '../../../../models/geometry/recently-used.ts';

test('what was not used for longest goes first', () => {
  const held = new RecentlyUsed<string, number>(30);
  held.set('a', 1, 10);
  held.set('b', 2, 10);
  held.set('c', 3, 10);
  expect(held.get('a')).toBe(1);
  held.set('d', 4, 15);
  expect([...'abcd'].map((key) => held.get(key))).toEqual([1, undefined, undefined, 4]);
  expect(held.bytes).toBe(25);
});

test('a thing larger than the limit is held alone, and one that is set again counts once', () => {
  const held = new RecentlyUsed<string, number>(30);
  held.set('a', 1, 10);
  held.set('a', 2, 12);
  expect([held.get('a'), held.bytes]).toEqual([2, 12]);
  held.set('large', 3, 100);
  expect([held.get('a'), held.get('large'), held.bytes]).toEqual([undefined, 3, 100]);
  held.delete('large');
  held.delete('never there');
  expect(held.bytes).toBe(0);
});
