// Token ids agree with open_clip 3.3.0 (SimpleTokenizer.encode).
import { beforeAll, expect, test } from 'vitest';
import { ClipTokenizer, contextLength } from '../../../../../models/language/clip/tokenizer.ts';

let tokenizer: ClipTokenizer;
beforeAll(async () => {
  tokenizer = await ClipTokenizer.load();
});

test.each<[string, number[]]>([
  ['a photo of a cat', [320, 1125, 539, 320, 2368]],
  ['the blue chair', [518, 1746, 4269]],
  ["a red wooden cupboard's door, isn't it?", [320, 736, 9057, 32074, 568, 2489, 267, 2923, 713, 585, 286]],
  ['naïve café 漢字 emoji 😀', [1097, 35689, 563, 15304, 162, 120, 95, 35751, 501, 16327, 7334]],
  ['   spaces   and\ttabs ', [9006, 537, 29163]],
  ['3.14159 m²', [274, 269, 272, 275, 272, 276, 280, 332, 41175]],
  ['supercalifragilisticexpialidocious', [1642, 2857, 13093, 2076, 5868, 26850, 835, 639, 38466]],
  ['', []],
])('“%s”', (text, expected) => {
  const { ids, endIdx } = tokenizer.encode(text);
  expect(ids).toHaveLength(contextLength);
  expect([...ids].slice(0, endIdx + 1).map(Number)).toEqual([49406, ...expected, 49407]);
  expect([...ids].slice(endIdx + 1).every((id) => id === 0n)).toBe(true);
});

test('a text that is too long is cut before the end token', () => {
  const { ids, endIdx } = tokenizer.encode('word '.repeat(100));
  expect(endIdx).toBe(contextLength - 1);
  expect(ids[endIdx]).toBe(49407n);
});
