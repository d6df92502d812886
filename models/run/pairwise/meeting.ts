// A photo meets its partners: every pair in both orders, and what comes out of all of them together.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import type { PairEdge } from './alignment-terms.ts';
import { markFloating } from './cleaning.ts';
import { meanOf, mergedView, samplesOfView } from './own-map.ts';
import type { PairPredictor, PairView } from './pair-network.ts';

/** What one photo and its partners said, before anything is remembered. */
export interface Meeting {
  view: PairView;
  /** Another prediction of the same photo. */
  second: PairView;
  /** Pixels whose points a surer partner looks through: 1. */
  floating: Uint8Array;
  edges: PairEdge[];
  /** Two predictions of the first partner: its own map in its own axes, and how it is seen from the photo. */
  partner: readonly [PairView, PairView] | null;
}

/** A photo without partners meets itself, as DUSt3R's demo does with a single photo. */
export async function meetItself(network: PairPredictor, features: NamedTensor): Promise<Meeting> {
  const [view, second] = await network.predict(features, features);
  return { view, second, floating: new Uint8Array(view.confidences.length), edges: [], partner: null };
}

/** @param partners at least one; `idx` are places among the photos of the run */
export async function meetPartners(
  network: PairPredictor,
  idx: number,
  features: NamedTensor,
  partners: readonly { idx: number; features: NamedTensor }[],
): Promise<Meeting> {
  const met: { score: number; own: PairView; other: PairView; partner: readonly [PairView, PairView] }[] = [];
  const edges: PairEdge[] = [];
  let floating: Uint8Array | null = null;
  for (const partner of partners) {
    const theirs = partner.features;
    const [own, partnerSeen] = await network.predict(features, theirs);
    const [partnerOwn, other] = await network.predict(theirs, features);
    // As the strength of an edge of the spanning tree (model-facts 4.5).
    const score = meanOf(own.confidences) * meanOf(partnerSeen.confidences);
    met.push({ score, own, other, partner: [partnerOwn, partnerSeen] });
    edges.push(
      { firstIdx: idx, secondIdx: partner.idx, first: samplesOfView(own), second: samplesOfView(partnerSeen) },
      { firstIdx: partner.idx, secondIdx: idx, first: samplesOfView(partnerOwn), second: samplesOfView(other) },
    );
    floating ??= new Uint8Array(own.confidences.length);
    markFloating(floating, other, partnerOwn);
  }
  const ranked = met.toSorted((a, b) => b.score - a.score);
  const [strongest, next] = ranked;
  return {
    view: mergedView(ranked.map(({ own }) => own)),
    second: ranked.length > 1 ? next.own : strongest.other,
    floating: floating ?? new Uint8Array(strongest.own.confidences.length),
    edges,
    partner: met[0].partner,
  };
}
