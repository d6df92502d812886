// A question is scored once per code; a code stands for a colour on a kind of surface.
import { expect, test } from 'vitest';
import { codeCount, codeOf, labOfCode, scoresOfConcept, surfaceOfCode } from '../../../../models/language/codebook.ts';
import { labFromSrgb } from '../../../../models/language/colour.ts';
import { createLexicon, requireConcept } from '../../../../models/language/lexicon.ts';
import { surfaceKinds } from '../../../../models/language/surface.ts';

const lexicon = createLexicon();
const score = (word: string): Float32Array | null => scoresOfConcept(requireConcept(lexicon, word));

test('red walls answer to “red” and to “wall”, a blue floor to neither', () => {
  const redWall = codeOf(200, 30, 30, 'wall');
  const blueFloor = codeOf(30, 60, 200, 'floor');
  expect(score('crimson')?.[redWall]).toBeGreaterThan(0.8);
  expect(score('crimson')?.[blueFloor]).toBeLessThan(0.1);
  expect(score('walls')?.[redWall]).toBe(1);
  expect(score('ground')?.[blueFloor]).toBe(1);
  expect(score('ground')?.[redWall]).toBe(0);
});

test('every sRGB colour on every surface has a code within 16 bits that leads back to both', () => {
  expect(codeCount).toBeLessThan(65535);
  for (let r = 0; r <= 255; r += 51)
    for (let g = 0; g <= 255; g += 51)
      for (let b = 0; b <= 255; b += 51)
        for (const kind of surfaceKinds) {
          const code = codeOf(r, g, b, kind);
          expect(code).toBeLessThan(codeCount);
          expect(surfaceOfCode(code)).toBe(kind);
          // Half a cell, rounding included; the lightest white lies half a cell above the last one.
          labOfCode(code).forEach((value, k) =>
            expect(Math.abs(value - labFromSrgb(r, g, b)[k])).toBeLessThanOrEqual(4.6),
          );
        }
});

test('position and size are not properties of a code', () => {
  expect(score('left')).toBeNull();
  expect(score('large')).toBeNull();
});

test('a word nobody taught is answered honestly, and goes to the pack once there is one', () => {
  expect(() => requireConcept(lexicon, 'chair')).toThrowError(expect.objectContaining({ code: 'query-unknown-word' }));
  expect(requireConcept(lexicon, 'armchair', true)).toEqual({ kind: 'learned' });
});
