// A question over the splats of a scene: a score for each, a histogram, and the things that were found.

import type { Vec3 } from '../../projects/format/sim3.ts';
import { codeCount, scoresOfConcept } from './codebook.ts';
import { evaluate, parseQuery, termsOf, type Expression } from './expression.ts';
import { findInstances, type Instance } from './instances.ts';
import { requireConcept, type Concept, type Lexicon } from './lexicon.ts';

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

/** How position words are meant: along up, to the right of the first camera, away from the cameras. */
export interface SceneAxes {
  up: Vec3;
  right: Vec3;
  forward: Vec3;
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

/** Truth of a position word: 0 at one end of the scene's extent along the axis (5th to 95th percentile), 1 at the other. */
function placeTruth(
  concept: Concept & { kind: 'position' },
  splats: SceneSplats,
  axes: SceneAxes,
): (i: number) => number {
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
  const found = findInstances(splats.positions, scores, threshold, voxelSize, minCount);
  const chosen = chooseBySize(found, question, axes.up);
  return {
    scores,
    histogram,
    instances: chosen.map((instance, k) => ({ ...instance, label: `${question.text} ${k + 1}` })),
  };
}

/** Size words keep the half of the instances that is larger (or smaller) by the measure, at least one. */
function chooseBySize(instances: Instance[], { concepts }: Question, up: Vec3): Instance[] {
  let kept = instances;
  for (const concept of concepts.values()) {
    if (concept.kind !== 'size') continue;
    const measured = kept
      .map((instance) => ({ instance, value: measureOf(instance, concept.measure, up) }))
      .sort((a, b) => (concept.large ? b.value - a.value : a.value - b.value));
    kept = measured.slice(0, Math.max(1, Math.ceil(measured.length / 2))).map(({ instance }) => instance);
  }
  return kept;
}

function measureOf({ box: { min, max } }: Instance, measure: 'volume' | 'height' | 'width', up: Vec3): number {
  const edges = [max[0] - min[0], max[1] - min[1], max[2] - min[2]];
  if (measure === 'volume') return edges[0] * edges[1] * edges[2];
  const tall = edges.reduce((sum, edge, k) => sum + edge * Math.abs(up[k]), 0);
  return measure === 'height' ? tall : Math.max(...edges.map((edge, k) => edge * (1 - Math.abs(up[k]))));
}
