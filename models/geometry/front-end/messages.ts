// What the front end's workers are asked and what they answer.

import type { RgbImage } from '../../run/reconstructor.ts';
import type { Features } from '../features/features.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';
import type { PairOptions } from './front-end.ts';

export type FrontEndJob =
  | { kind: 'detect'; image: RgbImage }
  | { kind: 'coarse'; a: Features; b: Features }
  | { kind: 'match'; a: Features; b: Features; options: PairOptions };

export type FrontEndReply =
  | { kind: 'ready' }
  | { kind: 'features'; features: Features }
  | { kind: 'count'; count: number }
  | { kind: 'pair'; pair: PairGeometry | null }
  | { kind: 'failed'; reason: string };
