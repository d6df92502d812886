// The features of all splats as colours: what looks alike to the questions looks alike here.

import type { FeaturesReply, FeaturesRequest } from '../../contract/select-requests.ts';
import { codeCount, labOfCode, surfaceOfCode } from '../../../models/language/codebook.ts';
import { principalColours } from '../../../models/language/principal-colours.ts';
import { surfaceKinds } from '../../../models/language/surface.ts';
import { requireScene, writeBytes } from './ask.ts';
import { readCodebook } from './embed.ts';
import { codesOf } from './learned.ts';

/** A kind of surface weighs as much as this many CIELAB units: as a change of colour one notices at once. */
const surfaceWeight = 30;

/** Learned features where a pack has looked at the photos, else colour and kind of surface. @throws StudioFailure nothing-to-ask */
export async function features({ frames, language, scoresFolder }: FeaturesRequest): Promise<FeaturesReply> {
  const scene = await requireScene(frames);
  const codebook = language && (await readCodebook(language.codebookPath));
  const codes = language && codebook ? await codesOf(scene, language) : scene.featureIdx;
  const counts = new Float64Array(65536);
  for (const code of codes) counts[code]++;
  const last = codebook ? codebook.count : codeCount;
  const used = Array.from(counts.keys()).filter((code) => counts[code] > 0 && code < last);
  const dim = codebook ? codebook.dim : 3 + surfaceKinds.length;
  const vectors = new Float32Array(used.length * dim);
  used.forEach((code, i) => vectors.set(codebook ? codebook.vectorOf(code) : builtInVector(code), i * dim));
  const colours = principalColours(
    vectors,
    dim,
    used.map((code) => counts[code]),
  );
  const placeOf = new Int32Array(65536).fill(-1);
  used.forEach((code, i) => (placeOf[code] = i));
  const bytes = new Uint8Array(3 * scene.count);
  for (let i = 0; i < scene.count; i++) {
    const place = placeOf[codes[i]];
    if (place >= 0) for (let k = 0; k < 3; k++) bytes[3 * i + k] = colours[3 * place + k];
  }
  return { colorsId: await writeBytes(scoresFolder, bytes), chunkIds: scene.chunkIds };
}

function builtInVector(code: number): number[] {
  const kind = surfaceOfCode(code);
  return [...labOfCode(code), ...surfaceKinds.map((other) => (other === kind ? surfaceWeight : 0))];
}
