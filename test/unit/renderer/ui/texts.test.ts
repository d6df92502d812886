// Numbers as people read them, dots of the timeline, the bar of the scale.
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatLength,
  formatShort,
  formatWait,
  plural,
} from '../../../../renderer/ui/format.ts';
import { dotColumns } from '../../../../renderer/ui/timeline/dot-columns.ts';
import { scaleBar } from '../../../../renderer/ui/viewport/scale-bar.ts';
import { rectangleOf } from '../../../../renderer/tools/rectangle.ts';

test('sizes, times and counts', () => {
  expect([0, 999, 1500, 2_340_000, 3.17e9].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 kB', '2.3 MB', '3.2 GB']);
  expect([1400, 59_400, 61_000, 3_700_000].map(formatDuration)).toEqual(['1.4 s', '59 s', '1 min 01 s', '1 h 01 min']);
  expect([59_700, 119_800].map(formatDuration)).toEqual(['1 min 00 s', '2 min 00 s']);
  expect([12.4, 2219].map(formatWait)).toEqual(['12 ms', '2.2 s']);
  expect([999, 12_345, 1_711_001].map(formatShort)).toEqual(['999', '12 k', '1.7 M']);
  expect([plural(1, 'photo'), plural(2, 'photo')]).toEqual(['1 photo', '2 photos']);
});

test('a length without a scale says that it has none', () => {
  expect(formatLength(1, false)).toBe('1 unit');
  expect(formatLength(0.523, false)).toBe('0.523 units');
  expect(formatLength(1.5, true)).toBe('1.5 m');
  expect(formatLength(0.05, true)).toBe('5 cm');
});

test('every photo has its dot while they fit', () => {
  const dots = dotColumns(['met', 'open', 'open'], 400);
  expect(dots.map(({ share }) => share)).toEqual([0, 0.5, 1]);
});

test('where photos are many a dot stands for several, and a failed one is not lost among them', () => {
  const states = Array.from({ length: 1000 }, (_, idx) => (idx === 501 ? ('failed' as const) : ('met' as const)));
  const dots = dotColumns(states, 700);
  expect(dots.length).toBeLessThanOrEqual(100);
  expect(dots.filter(({ state }) => state === 'failed')).toHaveLength(1);
});

test('the scale bar is round and between 40 and 100 px long', () => {
  for (const per100 of [0.0123, 0.9, 1, 3.3, 77]) {
    const { length, widthPx } = scaleBar(per100);
    expect(widthPx).toBeGreaterThanOrEqual(40);
    expect(widthPx).toBeLessThanOrEqual(100);
    expect([1, 2, 5]).toContain(Math.round(length / 10 ** Math.floor(Math.log10(length) + 1e-9)));
  }
});

test('a rectangle may be dragged from any corner', () => {
  expect(rectangleOf([9, 2], [3, 8])).toEqual({ left: 3, top: 2, right: 9, bottom: 8 });
});
