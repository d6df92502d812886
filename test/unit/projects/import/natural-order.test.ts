// Input order.

import { expect, test } from 'vitest';
import { compareForInput, compareNaturally } from '../../../../projects/import/natural-order.ts';

test('numbers count by value, letters without case, folders before what follows them', () => {
  const sorted = ['IMG_1.jpg', 'img_2.jpg', 'IMG_10.jpg', 'b/1.jpg', 'b/9.jpg', 'b/11.jpg', 'b1/0.jpg', 'صورة.jpg'];
  expect(sorted.toReversed().sort(compareNaturally)).toEqual([
    'b/1.jpg',
    'b/9.jpg',
    'b/11.jpg',
    'b1/0.jpg',
    'IMG_1.jpg',
    'img_2.jpg',
    'IMG_10.jpg',
    'صورة.jpg',
  ]);
  expect(compareNaturally('a/B.jpg', 'a/b.jpg')).not.toBe(0);
  expect(compareNaturally('a.jpg', 'a.jpg')).toBe(0);
});

test('photos are ordered by time, then by name; those without a time come last', () => {
  const photo = (name: string, takenAtMs: number | null) => ({ name, takenAtMs });
  const sorted = [
    photo('9.jpg', 100),
    photo('2.jpg', 200),
    photo('10.jpg', 200),
    photo('1.jpg', null),
    photo('3.jpg', null),
  ];
  expect(sorted.toReversed().sort(compareForInput)).toEqual(sorted);
});
