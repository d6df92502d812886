// What the front end's workers are asked and what they answer.

import type { RgbImage } from '../../run/reconstructor.ts';
import type { Features } from '../features/features.ts';
import type { CarriedPoints } from '../flow/carry.ts';
import type { WideFeatures } from '../features/wide-features.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';
import type { PairOptions } from './front-end.ts';

export type FrontEndJob =
  | { kind: 'detect'; image: RgbImage }
  | { kind: 'coarse'; a: Features; b: Features }
  | { kind: 'match'; a: Features; b: Features; options: PairOptions }
  | { kind: 'carry'; a: Features; b: Features; pictures: readonly [RgbImage, RgbImage]; pair: PairGeometry }
  | { kind: 'detect-wide'; image: RgbImage; own: Features }
  | { kind: 'match-wide'; a: WideFeatures; b: WideFeatures };

export type FrontEndReply =
  | { kind: 'ready' }
  | { kind: 'features'; features: Features }
  | { kind: 'count'; count: number }
  | { kind: 'wide-features'; wide: WideFeatures }
  | { kind: 'pair'; pair: PairGeometry | null }
  | { kind: 'carried'; points: CarriedPoints }
  | { kind: 'failed'; reason: string };
