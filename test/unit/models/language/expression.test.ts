// Questions are read as people write them.
import { describe, expect, test } from 'vitest';
import { evaluate, parseQuery, termsOf } from '../../../../models/language/expression.ts';

const truths: Record<string, number> = { red: 0.9, blue: 0.2, floor: 0.6, 'table top': 0.5 };
const ask = (text: string): number =>
  evaluate(
    parseQuery(text, (phrase) => phrase === 'table top'),
    (words) => truths[words] ?? 0,
  );

describe('parseQuery', () => {
  test.each([
    ['red', 0.9],
    ['the red', 0.9],
    ['red floor', 0.6],
    ['red and floor', 0.6],
    ['blue or floor', 0.6],
    ['blue, floor', 0.6],
    ['not red', 1 - 0.9],
    ['floor -red', 1 - 0.9],
    ['floor and not (blue or red)', 1 - 0.9],
    ['"table top"', 0.5],
    ['red table top', 0.5],
    ['Where is the RED floor?', 0.6],
  ])('“%s” is understood', (text, expected) => {
    expect(ask(text)).toBeCloseTo(expected, 10);
  });

  test('“or” binds weaker than “and”', () => {
    expect(parseQuery('red floor or blue')).toEqual({
      kind: 'or',
      of: [
        {
          kind: 'and',
          of: [
            { kind: 'term', words: 'red' },
            { kind: 'term', words: 'floor' },
          ],
        },
        { kind: 'term', words: 'blue' },
      ],
    });
  });

  test.each(['', '   ', 'red and', '(red', 'red)', 'or red', 'the', 'x '.repeat(100)])(
    '“%s” is answered with a sentence',
    (text) => {
      expect(() => parseQuery(text)).toThrowError(expect.objectContaining({ code: 'bad-input' }));
    },
  );

  test('names each term once', () => {
    expect(termsOf(parseQuery('red floor or red wall'))).toEqual(['red', 'floor', 'wall']);
  });
});
