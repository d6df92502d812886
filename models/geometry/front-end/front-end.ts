// The part of the method that looks at pixels: features of one photo, verified matches of two.

import type { RgbImage } from '../../run/reconstructor.ts';
import { detectFeatures } from '../features/detect-features.ts';
import type { Features, Keypoints } from '../features/features.ts';
import { carryPoints, type CarriedPoints } from '../flow/carry.ts';
import { openScaleSpace } from '../features/scale-space.ts';
import { detectWideFeatures, type WideFeatures } from '../features/wide-features.ts';
import { openMatcher, type Matches } from '../matching/match-descriptors.ts';
import { matchWide } from '../matching/wide-matches.ts';
import { strongEvidence, verifyPair, type PairGeometry } from '../two-view/verify-pair.ts';

export interface PairOptions {
  /** Looks at the coarsest features first and gives up where they have next to nothing in common. */
  coarseFirst: boolean;
}

export interface FrontEnd {
  detect(image: RgbImage): Promise<Features>;
  /** Matches among the coarsest features only: tells quickly who may have something in common. */
  countCoarseMatches(a: Features, b: Features): Promise<number>;
  /** Mutual matches, whether or not they agree with each other. */
  matches(a: Features, b: Features): Promise<Matches>;
  /** null: the photos do not demonstrably show the same thing. */
  matchPair(a: Features, b: Features, options: PairOptions): Promise<PairGeometry | null>;
  /** Points of a carried into b by optical flow. */
  carry(
    a: Keypoints,
    b: Keypoints,
    pictures: readonly [RgbImage, RgbImage],
    pair: PairGeometry,
  ): Promise<CarriedPoints>;
  /** Adds what simulated views from the side show. @param own features of this very picture */
  detectWide(image: RgbImage, own: Features): Promise<WideFeatures>;
  /** As `matchPair`, through simulated views and with stronger evidence. */
  matchWide(a: WideFeatures, b: WideFeatures): Promise<PairGeometry | null>;
  dispose(): Promise<void>;
}

const maxRatio = 0.8;
const coarseCount = 800;
/** Unrelated photos have three to four such matches by chance (measured on photos of different places). */
const leastCoarseMatches = 5;

/** Works on the thread that calls it. */
export async function openLocalFrontEnd(threads: number): Promise<FrontEnd> {
  const scaleSpace = await openScaleSpace(threads);
  const matcher = await openMatcher(threads);
  const countCoarseMatches = async (a: Features, b: Features): Promise<number> =>
    (await matcher.match(a, b, { maxRatio, prefix: coarseCount })).length / 2;
  // The scale space has room for one picture.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    detect: (image) => inTurn(() => detectFeatures(image, scaleSpace)),
    countCoarseMatches,
    matches: (a, b) => matcher.match(a, b, { maxRatio }),
    async matchPair(a, b, { coarseFirst }) {
      const isCheaper = Math.min(a.count, b.count) > 2 * coarseCount;
      if (coarseFirst && isCheaper && (await countCoarseMatches(a, b)) < leastCoarseMatches) return null;
      return verifyPair(a, b, await matcher.match(a, b, { maxRatio }));
    },
    carry: (...input) => Promise.resolve(carryPoints(...input)),
    detectWide: (image, own) => inTurn(() => detectWideFeatures(image, own, scaleSpace)),
    async matchWide(a, b) {
      return verifyPair(a.features, b.features, await matchWide(matcher, a, b), strongEvidence);
    },
    async dispose() {
      await turn;
      await scaleSpace.dispose();
      await matcher.dispose();
    },
  };
}
