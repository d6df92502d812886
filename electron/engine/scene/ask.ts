// Questions in words: scores of all splats as a file, instances and photos as numbers.

import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AskReply, AskRequest, LabelReply, LabelRequest, SceneFrame } from '../../contract/scene-requests.ts';
import {
  answer,
  metricMeanings,
  readQuestion,
  scoreSplats,
  type Answer,
  type SceneAxes,
} from '../../../models/language/answer.ts';
import { codeCount, labOfCode } from '../../../models/language/codebook.ts';
import { createLexicon } from '../../../models/language/lexicon.ts';
import { isAboutSpace } from '../../../models/spatial/question.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { cross, dot, normalized, rotate, scaled, subtract } from '../../../projects/format/sim3.ts';
import { photosThatSaw } from './evidence.ts';
import { learnedScores } from './learned.ts';
import { loadScene, type SplatScene } from './splat-scene.ts';

const lexicon = createLexicon();

/** @throws StudioFailure question-about-space, query-unknown-word, bad-input, nothing-to-ask */
export async function ask(request: AskRequest): Promise<AskReply> {
  if (isAboutSpace(request.text)) throw new StudioFailure('question-about-space', { text: request.text.trim() });
  const { scene, scores, histogram, instances, notices, started } = await answerTo(request);
  const bytes = new Uint8Array(scores.length);
  let hits = 0;
  for (let i = 0; i < scores.length; i++) {
    bytes[i] = Math.round(scores[i] * 255);
    if (scores[i] >= request.threshold) hits++;
  }
  const scoresId = await writeBytes(request.scoresFolder, bytes);
  const ms = performance.now() - started;
  return {
    scoresId,
    chunkIds: scene.chunkIds,
    splats: scene.count,
    hits,
    histogram: [...histogram],
    instances: instances.slice(0, 100).map(({ members, label, box, center, count, score }) => ({
      label,
      box,
      center,
      count,
      score,
      photos: photosThatSaw(scene, members, 4),
    })),
    photos: photosThatSaw(scene, hitsOf(scores, request.threshold)),
    notices,
    ms,
  };
}

/** Scores and things of a question, in memory. @throws StudioFailure as `ask` */
export async function answerTo(
  request: Omit<AskRequest, 'scoresFolder'>,
): Promise<Answer & { scene: SplatScene; notices: string[]; started: number }> {
  const question = readQuestion(request.text, lexicon, request.language !== null);
  const scene = await requireScene(request.frames);
  const started = performance.now();
  const weightOfCode = weightsOfCodes(request, scene);
  const learned = await learnedScores(question, scene, request.language);
  const limits = { threshold: request.threshold, ...sizesOf(scene) };
  const axes = axesOf(request);
  const notices = request.scale ? metricMeanings(question) : [];
  return { ...answer(question, scene, axes, limits, { weightOfCode, learned }), scene, notices, started };
}

/** Every splat gets the word that fits it best, or the reject class. @throws StudioFailure as `ask` */
export async function label(request: LabelRequest): Promise<LabelReply> {
  const { words, scoresFolder } = request;
  const { scene, labels } = await labelsOf(request);
  const counts = Array<number>(words.length + 1).fill(0);
  for (const word of labels) counts[Math.min(word, words.length)]++;
  return { labelsId: await writeBytes(scoresFolder, labels), chunkIds: scene.chunkIds, counts };
}

/** Index of the best word of every splat, 255 for the reject class. @throws StudioFailure as `ask` */
export async function labelsOf({
  words,
  reject,
  frames,
  language,
  upInWorld,
  scale,
}: Omit<LabelRequest, 'scoresFolder'>): Promise<{ scene: SplatScene; labels: Uint8Array }> {
  const questions = words.map((word) => readQuestion(word, lexicon, language !== null));
  const scene = await requireScene(frames);
  const axes = axesOf({ frames, upInWorld, scale });
  const labels = new Uint8Array(scene.count).fill(255);
  const best = new Float32Array(scene.count).fill(reject);
  for (const [w, question] of questions.entries()) {
    const scores = scoreSplats(question, scene, axes, await learnedScores(question, scene, language));
    for (let i = 0; i < labels.length; i++)
      if (scores[i] > best[i]) {
        best[i] = scores[i];
        labels[i] = w;
      }
  }
  return { scene, labels };
}

export async function requireScene(frames: readonly SceneFrame[]): Promise<SplatScene> {
  const scene = await loadScene(frames);
  if (scene.count === 0) throw new StudioFailure('nothing-to-ask');
  return scene;
}

/** A weight per code that fades what looks like the splats the user clicked as "not this"; null when there are none. */
function weightsOfCodes({ notThis }: Pick<AskRequest, 'notThis'>, scene: SplatScene): Float32Array | null {
  if (notThis.length === 0) return null;
  const weights = new Float32Array(65536).fill(1);
  for (const { frameId, splatIdx } of notThis) {
    const f = scene.frames.findIndex((frame) => frame.frameId === frameId);
    if (f < 0 || splatIdx >= scene.starts[f + 1] - scene.starts[f])
      throw new StudioFailure('not-found', { what: 'splat' });
    const [l, a, b] = labOfCode(scene.featureIdx[scene.starts[f] + splatIdx]);
    for (let code = 0; code < codeCount; code++) {
      const lab = labOfCode(code);
      // 12 CIELAB units: a shade apart. Lightness counts half, as shading changes it first.
      const far = (0.25 * (lab[0] - l) ** 2 + (lab[1] - a) ** 2 + (lab[2] - b) ** 2) / (2 * 12 * 12);
      weights[code] = Math.min(weights[code], 1 - Math.exp(-far));
    }
  }
  return weights;
}

/** Position words follow the first camera, levelled. */
function axesOf({ frames, upInWorld: up, scale }: Pick<AskRequest, 'frames' | 'upInWorld' | 'scale'>): SceneAxes {
  const { rotation: first, translation: eye } = frames[0].worldFromCamera;
  const looks = rotate(first, [0, 0, 1]);
  const level = subtract(looks, scaled(up, dot(looks, up)));
  const forward = Math.hypot(...level) > 0.1 ? normalized(level) : normalized(cross(up, rotate(first, [1, 0, 0])));
  const right = normalized(cross(forward, up));
  return { up, forward, right, eye, metresPerUnit: scale?.metresPerUnit ?? null };
}

/** What counts as a gap between two things, and how many splats make a thing. */
export const sizesOf = (scene: SplatScene): { voxelSize: number; minCount: number } => ({
  voxelSize: 0.012 * diagonalOf(scene),
  minCount: Math.max(20, scene.count * 1e-4),
});

/** Diagonal of the box that holds the middle nine tenths of the splats along each axis. */
function diagonalOf({ positions, count }: SplatScene): number {
  const step = Math.max(1, Math.floor(count / 5000));
  const edges = [0, 1, 2].map((k) => {
    const values = Float32Array.from(
      { length: Math.floor(count / step) },
      (_, i) => positions[3 * i * step + k],
    ).sort();
    return values[Math.ceil(values.length * 0.95) - 1] - values[Math.floor(values.length * 0.05)];
  });
  return Math.max(1e-6, Math.hypot(...edges));
}

function hitsOf(scores: Float32Array, threshold: number): number[] {
  const hits: number[] = [];
  for (let i = 0; i < scores.length; i++) if (scores[i] >= threshold) hits.push(i);
  return hits;
}

/** Answers are looked at once and soon: no flush to disk, they may vanish. */
export async function writeBytes(folder: string, bytes: Uint8Array): Promise<string> {
  const id = randomUUID();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${id}.bin`), bytes);
  return id;
}
