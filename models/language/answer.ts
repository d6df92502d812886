// A question over the splats of a scene: a score for each, a histogram, and the things that were found.

import type { Vec3 } from '../../projects/format/sim3.ts';
import { codeCount, labOfCode, scoresOfConcept } from './codebook.ts';
import { evaluate, parseQuery, termsOf, type Expression } from './expression.ts';
import { findInstances, type Instance } from './instances.ts';
import { requireConcept, type Concept, type Lexicon } from './lexicon.ts';
import { chooseBySize, meaningOf } from './size-words.ts';

/** All splats of a scene, world axes. */
export interface SceneSplats {
  count: number;
  /** count × 3 */
  positions: Float32Array;
  /** count, codes of the built-in codebook; 65535 for none, which answers 0 */
  featureIdx: Uint16Array;
}

/** Scores of words that a language pack understands. */
export interface LearnedScores {
  /** count, into the run's learned codebook; 65535 where the pack has not looked yet, which answers 0 */
  codes: Uint16Array;
  /** Words → a score per learned code. */
  scoresOf: ReadonlyMap<string, Float32Array>;
}

/** How words of place and size are meant: along up, to the right of the first camera, away from it, and how long a unit is. */
export interface SceneAxes {
  up: Vec3;
  right: Vec3;
  forward: Vec3;
  /** Where the first camera stands. */
  eye: Vec3;
  /** null without a scale: words of size and distance then compare within the scene. */
  metresPerUnit: number | null;
}

export interface Question {
  text: string;
  expression: Expression;
  concepts: ReadonlyMap<string, Concept>;
}

export interface FoundInstance extends Instance {
  label: string;
}

export interface Answer {
  /** count, 0…1 */
  scores: Float32Array;
  /** Splats per score, 64 equal bins from 0 to 1. */
  histogram: Uint32Array;
  instances: FoundInstance[];
}

/** @throws StudioFailure bad-input, query-unknown-word */
export function readQuestion(text: string, lexicon: Lexicon, hasPack = false): Question {
  const expression = parseQuery(text, lexicon.joins);
  return {
    text,
    expression,
    concepts: new Map(termsOf(expression).map((words) => [words, requireConcept(lexicon, words, hasPack)])),
  };
}

/** What words of size and distance mean where a scale is known, one sentence each. */
export const metricMeanings = ({ concepts }: Question): string[] =>
  [...concepts].flatMap(([words, concept]) => {
    if (concept.kind !== 'position' || concept.axis !== 'distance') return meaningOf(words, concept) ?? [];
    const { near, far } = nearMetres;
    return `“${words}” means ${concept.end === 'low' ? `within ${near}` : `beyond ${far}`} m of the first camera.`;
  });

/**
 * Score 0…1 of every splat. A question about colour and surface only is evaluated once per code and looked up; position words are
 * evaluated per splat. Size words are neutral here: they choose among instances.
 */
export function scoreSplats(
  question: Question,
  splats: SceneSplats,
  axes: SceneAxes,
  learned: LearnedScores | null = null,
): Float32Array {
  const byCode = new Map<string, Float32Array>();
  /** Truths that differ between splats of one code. */
  const bySplat = new Map<string, (i: number) => number>();
  for (const [words, concept] of question.concepts) {
    const scores = scoresOfConcept(concept);
    if (scores !== null) byCode.set(words, scores);
    else if (concept.kind === 'position') bySplat.set(words, placeTruth(concept, splats, axes));
    else if (concept.kind === 'learned') {
      const table = learned?.scoresOf.get(words);
      bySplat.set(words, (i) => table?.[learned?.codes[i] ?? 65535] ?? 0);
    }
  }
  const scores = new Float32Array(splats.count);
  const { featureIdx } = splats;
  if (bySplat.size === 0) {
    const table = new Float32Array(65536);
    for (let code = 0; code < codeCount; code++)
      table[code] = evaluate(question.expression, (words) => byCode.get(words)?.[code] ?? 1);
    for (let i = 0; i < scores.length; i++) scores[i] = table[featureIdx[i]];
    return scores;
  }
  for (let i = 0; i < scores.length; i++) {
    const code = featureIdx[i];
    if (code < codeCount)
      scores[i] = evaluate(question.expression, (words) => byCode.get(words)?.[code] ?? bySplat.get(words)?.(i) ?? 1);
  }
  return scores;
}

/** With a scale “near” is this many metres from the first camera at most, “far” this many at least; truth falls off within a factor of two. */
export const nearMetres = { near: 2, far: 4 };

/** Truth of a position word: 0 at one end of the scene's extent along the axis (5th to 95th percentile), 1 at the other. */
function placeTruth(
  concept: Concept & { kind: 'position' },
  splats: SceneSplats,
  axes: SceneAxes,
): (i: number) => number {
  if (concept.axis === 'distance' && axes.metresPerUnit !== null) return distanceTruth(concept, splats, axes);
  const axis = { height: axes.up, side: axes.right, distance: axes.forward }[concept.axis];
  const at = (i: number): number =>
    splats.positions[3 * i] * axis[0] + splats.positions[3 * i + 1] * axis[1] + splats.positions[3 * i + 2] * axis[2];
  const step = Math.max(1, Math.floor(splats.count / 5000));
  const sample = Float32Array.from({ length: Math.floor(splats.count / step) }, (_, k) => at(k * step)).sort();
  const low = sample[Math.floor(sample.length * 0.05)] ?? 0;
  const high = sample[Math.ceil(sample.length * 0.95) - 1] ?? 1;
  const share = (i: number): number => Math.max(0, Math.min(1, (at(i) - low) / Math.max(high - low, 1e-9)));
  if (concept.end === 'high') return share;
  if (concept.end === 'low') return (i) => 1 - share(i);
  return (i) => 1 - Math.abs(2 * share(i) - 1);
}

/** Truth of “near” and “far” in metres: one half at the limit, on a logarithmic scale. */
function distanceTruth(
  { end }: Concept & { kind: 'position' },
  { positions }: SceneSplats,
  { eye, metresPerUnit }: SceneAxes,
): (i: number) => number {
  const limit = end === 'low' ? nearMetres.near : nearMetres.far;
  return (i) => {
    const [x, y, z] = [positions[3 * i] - eye[0], positions[3 * i + 1] - eye[1], positions[3 * i + 2] - eye[2]];
    const octaves = Math.log2(Math.max(1e-9, Math.hypot(x, y, z) * (metresPerUnit ?? 1)) / limit);
    return Math.max(0, Math.min(1, end === 'low' ? 0.5 - octaves / 2 : 0.5 + octaves / 2));
  };
}

/**
 * The whole answer.
 * @param threshold a splat is a hit from this score on
 * @param voxelSize gap in world units that separates two things
 * @param weightOfCode 65,536 factors 0…1 on the scores, for "not this"
 */
export function answer(
  question: Question,
  splats: SceneSplats,
  axes: SceneAxes,
  { threshold, voxelSize, minCount }: { threshold: number; voxelSize: number; minCount: number },
  { weightOfCode = null, learned = null }: { weightOfCode?: Float32Array | null; learned?: LearnedScores | null } = {},
): Answer {
  const scores = scoreSplats(question, splats, axes, learned);
  if (weightOfCode !== null) for (let i = 0; i < scores.length; i++) scores[i] *= weightOfCode[splats.featureIdx[i]];
  const histogram = new Uint32Array(64);
  for (const score of scores) histogram[Math.min(63, Math.floor(score * 64))]++;
  const labOf = (i: number): readonly [number, number, number] => labOfCode(splats.featureIdx[i]);
  const parting = { up: axes.up, labOf };
  const found = findInstances(splats.positions, scores, threshold, voxelSize, minCount, parting);
  const chosen = chooseBySize(found, question.concepts, axes);
  return {
    scores,
    histogram,
    instances: chosen.map((instance, k) => ({ ...instance, label: `${question.text} ${k + 1}` })),
  };
}
