// A question is scored once per code; codes survive being saved.
import { expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../../projects/format/safetensors.ts';
import { Codebook } from '../../../../models/language/codebook.ts';
import { createLexicon, requireConcept } from '../../../../models/language/lexicon.ts';

const lexicon = createLexicon();
const score = (codebook: Codebook, word: string): Float32Array | null =>
  codebook.scoresOf(requireConcept(lexicon, word));

test('red walls answer to “red” and to “wall”, a blue floor to neither', () => {
  const codebook = new Codebook();
  const redWall = codebook.codeOf(200, 30, 30, 'wall');
  const blueFloor = codebook.codeOf(30, 60, 200, 'floor');
  expect(score(codebook, 'crimson')?.[redWall]).toBeGreaterThan(0.8);
  expect(score(codebook, 'crimson')?.[blueFloor]).toBeLessThan(0.1);
  expect(score(codebook, 'walls')?.[redWall]).toBe(1);
  expect(score(codebook, 'ground')?.[blueFloor]).toBe(1);
  expect(score(codebook, 'ground')?.[redWall]).toBe(0);
});

test('nearly equal colours share a code, different surfaces do not', () => {
  const codebook = new Codebook();
  expect(codebook.codeOf(200, 30, 30, 'wall')).toBe(codebook.codeOf(200, 30, 30, 'wall'));
  expect(codebook.codeOf(200, 30, 30, 'wall')).not.toBe(codebook.codeOf(200, 30, 30, 'floor'));
});

test('a saved codebook gives the same codes and scores', () => {
  const codebook = new Codebook();
  for (let i = 0; i < 500; i++)
    codebook.codeOf((i * 37) % 256, (i * 91) % 256, (i * 53) % 256, i % 2 === 0 ? 'wall' : 'tabletop');
  const restored = Codebook.fromTensors(decodeSafetensors(encodeSafetensors(codebook.toTensors())).tensors);
  expect(restored.count).toBe(codebook.count);
  expect(restored.codeOf(37, 91, 53, 'tabletop')).toBe(codebook.codeOf(37, 91, 53, 'tabletop'));
  expect(score(restored, 'blue')).toEqual(score(codebook, 'blue'));
});

test('position and size are not properties of a code', () => {
  expect(score(new Codebook(), 'left')).toBeNull();
  expect(score(new Codebook(), 'large')).toBeNull();
});

test('a word nobody taught is answered honestly, and known once a model brings the class', () => {
  expect(() => requireConcept(lexicon, 'chair')).toThrowError(expect.objectContaining({ code: 'query-unknown-word' }));
  expect(requireConcept(createLexicon(['chair']), 'armchair')).toEqual({ kind: 'class', label: 'chair' });
});
