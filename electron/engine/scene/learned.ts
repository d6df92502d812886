// What a language pack adds to a question: a score per code for each word that the built-in lexicon does not know.

import { readFile } from 'node:fs/promises';
import type { LanguageFiles } from '../../contract/scene-requests.ts';
import type { LearnedScores, Question } from '../../../models/language/answer.ts';
import { relevancyOfCodes } from '../../../models/language/feature-codebook.ts';
import { decodeSafetensors } from '../../../projects/format/safetensors.ts';
import { encoderOf, readCodebook } from './embed.ts';
import type { SplatScene } from './splat-scene.ts';

let held: { scene: SplatScene; key: string; codes: Uint16Array } | null = null;
const textVectors = new Map<string, Float32Array>();

/** null when the question has no learned words, or no photo was looked at by the pack yet. */
export async function learnedScores(
  question: Question,
  scene: SplatScene,
  language: LanguageFiles | null,
): Promise<LearnedScores | null> {
  const words = [...question.concepts].flatMap(([text, { kind }]) => (kind === 'learned' ? [text] : []));
  if (words.length === 0 || language === null) return null;
  const codebook = await readCodebook(language.codebookPath);
  if (codebook === null) return null;
  const encoder = await encoderOf(language.packFolder);
  const vectorOf = async (text: string): Promise<Float32Array> => {
    const key = `${language.packFolder}\n${text}`;
    const vector = textVectors.get(key) ?? (await encoder.textVector(text));
    textVectors.set(key, vector);
    return vector;
  };
  const scoresOf = new Map<string, Float32Array>();
  for (const text of words) {
    const negatives = await Promise.all(encoder.negativeWords(text).map(vectorOf));
    scoresOf.set(text, relevancyOfCodes(codebook, await vectorOf(text), negatives, encoder.temperature));
  }
  return { codes: await codesOf(scene, language), scoresOf };
}

/** Learned codes of all splats, frame after frame; 65535 where a frame was not looked at by the pack. */
export async function codesOf(scene: SplatScene, { featurePaths }: LanguageFiles): Promise<Uint16Array> {
  const key = JSON.stringify(featurePaths);
  if (held?.scene === scene && held.key === key) return held.codes;
  const codes = new Uint16Array(scene.count).fill(65535);
  await Promise.all(
    scene.frames.map(async ({ frameId }, f) => {
      const path = featurePaths[frameId];
      if (path === undefined) return;
      const data = decodeSafetensors(await readFile(path)).tensors.get('codes')?.data;
      if (data instanceof Uint16Array && data.length === scene.starts[f + 1] - scene.starts[f])
        codes.set(data, scene.starts[f]);
    }),
  );
  held = { scene, key, codes };
  return codes;
}
