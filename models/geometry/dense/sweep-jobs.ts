// What the sweep's worker threads are asked and what they answer.

import type { DepthMap, DepthRange } from './depth-map.ts';
import type { SweepView } from './view.ts';

export type SweepJob =
  | { kind: 'full'; reference: SweepView; neighbours: readonly SweepView[]; range: DepthRange }
  | {
      kind: 'band';
      reference: SweepView;
      neighbours: readonly SweepView[];
      prior: Float32Array;
      relativeBand: number;
    };

export type SweepReply =
  { kind: 'ready' } | { kind: 'depth'; map: DepthMap; providerLine: string } | { kind: 'failed'; reason: string };
