// Constructor expressions are parsed as data.
import { describe, expect, test } from 'vitest';
import { parseConstructor } from '../../../../models/compile/expression.ts';

describe('a constructor expression', () => {
  test('of an official checkpoint gives its options', () => {
    const { name, options } = parseConstructor(
      "ARCroco3DStereo(ARCroco3DStereoConfig(state_size=768, state_pe='2d', rgb_head=True, depth_mode=('exp', -inf, inf), img_size=(512, 512), landscape_only=False, lr=1e-4,))",
    );
    expect(name).toBe('ARCroco3DStereo');
    expect(Object.fromEntries(options)).toEqual({
      state_size: 768,
      state_pe: '2d',
      rgb_head: true,
      depth_mode: ['exp', -Infinity, Infinity],
      img_size: [512, 512],
      landscape_only: false,
      lr: 1e-4,
    });
  });

  test.for([
    '__import__("os").system("true")',
    'A(x=open("f"))',
    'A(x=1',
    'A(x=1) B()',
    'A(x=[1, 2)',
    'A(lambda: 1)',
    `${'A('.repeat(50)}${')'.repeat(50)}`,
    `A(x=${'('.repeat(50)}${')'.repeat(50)})`,
    `A(x='${'y'.repeat(30_000)}')`,
  ])('that is anything else is refused: %s', (text) => {
    expect(() => parseConstructor(text)).toThrow(SyntaxError);
  });
});
