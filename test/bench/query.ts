// A question over a million splats: scores and colours against a bare pass over typed arrays of the same size, in one run.

import { readQuestion, scoreSplats, type SceneSplats } from '../../models/language/answer.ts';
import { codeCount } from '../../models/language/codebook.ts';
import { createLexicon } from '../../models/language/lexicon.ts';
import { identitySim3 } from '../../projects/format/sim3.ts';
import { paintSplats } from '../../renderer/scene/splat-colours.ts';
import { heatRamp } from '../../renderer/state/ask-colours.ts';
import type { BenchRow } from './row.ts';

const count = 1_000_000;
const axes = { up: [0, -1, 0], right: [1, 0, 0], forward: [0, 0, 1], eye: [0, 0, 0], metresPerUnit: null } as const;

/** Shortest of several tries: what the work costs when nothing disturbs it. */
function shortestMs(work: () => void): number {
  let shortest = Infinity;
  for (let round = 0; round < 7; round++) {
    const startMs = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - startMs);
  }
  return shortest;
}

export async function run(): Promise<BenchRow[]> {
  const featureIdx = Uint16Array.from({ length: count }, (_, i) => (i * 7919) % codeCount);
  const positions = Float32Array.from({ length: 3 * count }, (_, i) => Math.sin(i * 12.9898));
  const splats: SceneSplats = { count, positions, featureIdx };
  const table = new Float32Array(65_536).map((_, i) => i / 65_536);
  const out = new Float32Array(count);
  const bareMs = shortestMs(() => {
    for (let i = 0; i < count; i++) out[i] = table[featureIdx[i]];
  });
  const question = readQuestion('red and not floor', createLexicon());
  const scoreMs = shortestMs(() => scoreSplats(question, splats, axes));
  const colors = new Uint8Array(4 * count).fill(128);
  const columns = { count, means: positions, logScales: positions, rotations: new Int16Array(0), colors, featureIdx };
  const scores = new Map([['a', new Uint8Array(count).map((_, i) => i % 256)]]);
  const paintMs = shortestMs(() =>
    paintSplats(columns, { mode: 'heat', scores, ramp: heatRamp }, [15, 17, 20], 'a', identitySim3, null),
  );
  const whole = scoreMs + paintMs;
  return [
    {
      name: 'question over 1,000,000 splats: scores and colours',
      value: Math.round(whole * 10) / 10,
      target: '< 50',
      unit: 'ms',
      ok: whole < 50,
      note: `scores ${(scoreMs / bareMs).toFixed(1)} ×, colours ${(paintMs / bareMs).toFixed(1)} × a bare pass of ${bareMs.toFixed(1)} ms`,
    },
  ];
}
