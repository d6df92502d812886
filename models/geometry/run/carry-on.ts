// Tracks of a video or a walk carried from photo to photo: the new photo gets further features where optical flow takes those of the last.

import type { Keypoints } from '../features/features.ts';
import { wantsFlow, type CarriedPoints } from '../flow/carry.ts';
import type { FrontEnd } from '../front-end/front-end.ts';
import { sharedBytes, sharedFloats } from '../workers/shared-memory.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { noneIfUnreadable, type PhotoSource, type RgbImage } from '../../run/reconstructor.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';

export class TrackCarrier {
  readonly #frontEnd: FrontEnd;
  /** The picture read last: that of the photo before, as a rule. */
  #last: { photoId: string; image: RgbImage } | null = null;

  constructor(frontEnd: FrontEnd) {
    this.#frontEnd = frontEnd;
  }

  /** The pair with what flow adds to its matches; the newer photo's features in the graph grow by what was carried. */
  async carry(graph: MatchGraph, before: PhotoSource, photo: PhotoSource, pair: PairGeometry): Promise<PairGeometry> {
    const b = graph.images.length - 1;
    const a = b - 1;
    const [first, second] = [graph.images[a], graph.images[b]];
    if (!wantsFlow(first, second, pair)) return pair;
    const earlier = await this.#picture(before, first).catch(noneIfUnreadable);
    if (!earlier) return pair;
    const pictures = [earlier, await this.#picture(photo, second)] as const;
    const carried = await this.#frontEnd.carry(first, second, pictures, pair);
    const { features, matches } = withCarried(first, second, carried, pair.inliers);
    graph.growImage(b, features);
    const inliers = new Int32Array(pair.inliers.length + matches.length);
    inliers.set(pair.inliers);
    inliers.set(matches, pair.inliers.length);
    return { ...pair, inliers };
  }

  async #picture(photo: PhotoSource, { widthPx, heightPx }: Keypoints): Promise<RgbImage> {
    if (this.#last?.photoId === photo.id) return this.#last.image;
    const image = await photo.read({ widthPx, heightPx, fit: 'fill' });
    this.#last = { photoId: photo.id, image };
    return image;
  }
}

/** A feature that lies so near to where flow leads is the one. */
const samePx = 1;

/** Carried points become features of the later photo, unless it has one at that place already. */
export function withCarried(
  a: Keypoints,
  b: Keypoints,
  { fromIdx, xPx, yPx }: CarriedPoints,
  inliers: Int32Array,
): { features: Keypoints; matches: Int32Array } {
  const free = new FreeFeatures(b, inliers);
  const matches = new Int32Array(2 * fromIdx.length);
  const fresh: number[] = [];
  for (let k = 0; k < fromIdx.length; k++) {
    const near = free.take(xPx[k], yPx[k]);
    matches[2 * k] = fromIdx[k];
    matches[2 * k + 1] = near ?? b.count + fresh.length;
    if (near === null) fresh.push(k);
  }
  const colors = new Uint8Array(3 * fresh.length);
  fresh.forEach((k, at) => colors.set(a.colors.subarray(3 * fromIdx[k], 3 * fromIdx[k] + 3), 3 * at));
  const added = {
    xPx: Float32Array.from(fresh, (k) => xPx[k]),
    yPx: Float32Array.from(fresh, (k) => yPx[k]),
    scalePx: Float32Array.from(fresh, (k) => a.scalePx[fromIdx[k]]),
    colors,
  };
  return { features: grown(b, added), matches };
}

/** What flow has brought to a photo. */
export type AddedFeatures = Pick<Keypoints, 'xPx' | 'yPx' | 'scalePx' | 'colors'>;

/** Features with further ones, which have no descriptor: they are matched by flow alone. */
export function grown(features: Keypoints, { xPx, yPx, scalePx, colors }: AddedFeatures): Keypoints {
  const count = features.count + xPx.length;
  return {
    ...features,
    count,
    xPx: joined(features.xPx, xPx),
    yPx: joined(features.yPx, yPx),
    scalePx: joined(features.scalePx, scalePx),
    colors: sharedBytes(Buffer.concat([features.colors, colors])),
  };
}

/** In shared memory, as all features are. */
function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return sharedFloats(both);
}

/** Features of a photo that are not matched yet, by place. */
class FreeFeatures {
  readonly #features: Keypoints;
  readonly #taken: Set<number>;
  readonly #byPixel = new Map<number, number[]>();

  constructor(features: Keypoints, inliers: Int32Array) {
    this.#features = features;
    this.#taken = new Set(inliers.filter((_, k) => k % 2 === 1));
    for (let j = 0; j < features.count; j++) {
      const key = keyOf(features.xPx[j], features.yPx[j]);
      const list = this.#byPixel.get(key);
      if (list) list.push(j);
      else this.#byPixel.set(key, [j]);
    }
  }

  /** The nearest one, which is then taken; null: none within a pixel. */
  take(x: number, y: number): number | null {
    const { xPx, yPx } = this.#features;
    let best: number | null = null;
    let bestPx = samePx;
    for (let row = -1; row <= 1; row++)
      for (let column = -1; column <= 1; column++)
        for (const j of this.#byPixel.get(keyOf(x + column, y + row)) ?? []) {
          const px = Math.hypot(xPx[j] - x, yPx[j] - y);
          if (px >= bestPx || this.#taken.has(j)) continue;
          best = j;
          bestPx = px;
        }
    if (best !== null) this.#taken.add(best);
    return best;
  }
}

const keyOf = (x: number, y: number): number => Math.floor(y) * 65536 + Math.floor(x);
