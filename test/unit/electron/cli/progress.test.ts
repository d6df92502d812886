// Progress lines: drawn over on a terminal, rare elsewhere.

import { expect, test } from 'vitest';
import { duration, ProgressLine } from '../../../../electron/cli/progress.ts';

function output(
  isTTY: boolean,
  columns?: number,
): { written: string[]; isTTY: boolean; columns?: number; write(text: string): void } {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text) => void written.push(text) };
}

test('a terminal shows one line with a bar that fits it and leaves nothing behind', () => {
  const terminal = output(true, 60);
  const line = new ProgressLine(terminal);
  line.show('Meeting photo 6', 0.5, '5/10 · '.repeat(20));
  line.say('A sentence.');
  line.show('Adjusting', null, '');
  line.end();
  expect(terminal.written[0]).toMatch(/^\r\[█{12}·{12}\] Meeting photo 6/);
  expect(terminal.written[0].replace(/^\r|\u001b\[K$/g, '').length).toBeLessThan(60);
  expect(terminal.written.slice(1)).toEqual([
    '\r\u001b[K',
    'A sentence.\n',
    `\r[${'·'.repeat(24)}] Adjusting\u001b[K`,
    '\r\u001b[K',
  ]);
});

test('a log gets plain lines, at most one in two seconds', () => {
  const log = output(false);
  let now = 0;
  const line = new ProgressLine(log, () => now);
  for (now = 0; now < 5000; now += 100) line.show('Meeting', now / 5000, `${now}`);
  line.end();
  expect(log.written).toEqual(['Meeting · 0\n', 'Meeting · 2000\n', 'Meeting · 4000\n']);
});

test.each([
  [400, '0 s'],
  [59_400, '59 s'],
  [61_000, '1 min'],
  [3_900_000, '1 h 5 min'],
])('%i ms reads as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
