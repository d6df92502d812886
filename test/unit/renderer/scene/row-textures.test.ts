// Rows that edits have taken away reach the shader bit by bit, and clear splats; what is selected glows.
import { expect, test } from 'vitest';
import { addRow, emptyBits } from '../../../../projects/format/row-set.ts';
import { RowTextures, rowsWidthLog2, textureOf } from '../../../../renderer/scene/row-textures.ts';
import { markRows } from '../../../../renderer/scene/splat-colours.ts';

/** The shader's lookup, in the same integer steps. */
function isGone({ texture, count }: ReturnType<typeof textureOf>, row: number): boolean {
  if (row >= count) return false;
  const at = row >> 3;
  const { data, width } = texture.image as { data: Uint8Array; width: number };
  const byte = data[(at >> rowsWidthLog2) * width + (at & (2 ** rowsWidthLog2 - 1))];
  return ((byte >> (row & 7)) & 1) !== 0;
}

test('the shader finds the rows that are gone, in every line of the texture', () => {
  const rows = [0, 7, 8, 16_383, 16_384, 40_001];
  const bits = emptyBits(50_000);
  for (const row of rows) addRow(bits, row);
  const gone = textureOf(bits);
  expect(Array.from({ length: 60_000 }, (_, row) => row).filter((row) => isGone(gone, row))).toEqual(rows);
});

test('textures of chunks that lost nothing more are kept, others are made anew, and most chunks have none', () => {
  const textures = new RowTextures();
  const disposed: string[] = [];
  const watch = (id: string): ReturnType<typeof textureOf> => {
    const rows = textures.of(id);
    rows.texture.addEventListener('dispose', () => disposed.push(id));
    return rows;
  };
  textures.set(
    new Map([
      ['a', Uint8Array.of(1)],
      ['b', Uint8Array.of(2)],
    ]),
  );
  const [a, b] = [watch('a'), watch('b')];
  textures.set(
    new Map([
      ['a', Uint8Array.of(1)],
      ['b', Uint8Array.of(3)],
    ]),
  );
  expect(textures.of('a')).toBe(a);
  expect(textures.of('b')).not.toBe(b);
  expect(disposed).toEqual(['b']);
  expect(textures.of('c')).toBe(textures.none);
  expect(textures.none.count).toBe(0);
});

test('splats that are gone are clear, selected ones take the colour, others stay', () => {
  const rgba = new Uint8Array([200, 100, 50, 255, 200, 100, 50, 255, 200, 100, 50, 255]);
  markRows(rgba, Uint8Array.of(0b001), Uint8Array.of(0b010), [0, 0, 255]);
  expect(rgba[3]).toBe(0);
  expect(rgba[4 + 2]).toBeGreaterThan(rgba[4]);
  expect([...rgba.subarray(8)]).toEqual([200, 100, 50, 255]);
});
