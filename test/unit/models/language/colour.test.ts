// Colours get the names people give them.
import { describe, expect, test } from 'vitest';
import { colourMemberships, colourName, colourTerms, labFromSrgb } from '../../../../models/language/colour.ts';

describe('CIELAB', () => {
  test('agrees with the published values of sRGB primaries within a tenth', () => {
    // Reference values: CIE 15 formulas for D65, as tabulated by many sources; rounding to two digits sets the tolerance.
    const cases: [number, number, number, number[]][] = [
      [255, 255, 255, [100, 0, 0]],
      [255, 0, 0, [53.24, 80.09, 67.2]],
      [0, 255, 0, [87.73, -86.18, 83.18]],
      [0, 0, 255, [32.3, 79.19, -107.86]],
      [128, 128, 128, [53.59, 0, 0]],
    ];
    for (const [r, g, b, expected] of cases)
      labFromSrgb(r, g, b).forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(0.1));
  });
});

describe('colour terms', () => {
  test.each([
    ['a fire engine', 206, 32, 41, 'red'],
    ['the same red in deep shade', 90, 22, 22, 'red'],
    ['a clear sky', 120, 180, 225, 'blue'],
    ['jeans', 60, 80, 120, 'blue'],
    ['grass', 90, 140, 60, 'green'],
    ['an oak table', 150, 105, 65, 'brown'],
    ['a lemon', 245, 225, 60, 'yellow'],
    ['a pumpkin', 235, 120, 30, 'orange'],
    ['an aubergine', 75, 30, 80, 'purple'],
    ['bubble gum', 245, 160, 190, 'pink'],
    ['concrete', 140, 140, 135, 'grey'],
    ['paper', 245, 245, 240, 'white'],
    ['a tyre', 25, 25, 25, 'black'],
  ])('%s is named well', (_, r, g, b, name) => {
    expect(colourName(r, g, b)).toBe(name);
  });

  test('memberships sum to one for any colour', () => {
    for (let seed = 0; seed < 200; seed++) {
      const memberships = colourMemberships(labFromSrgb((seed * 37) % 256, (seed * 91) % 256, (seed * 53) % 256));
      expect(memberships).toHaveLength(colourTerms.length);
      expect(memberships.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
  });
});
