// Matches of two photos through their simulated views: every view of the one against the other photo as it is, and the other way round.

import type { ViewDescriptors, WideFeatures } from '../features/wide-features.ts';
import type { DescriptorMatcher, Matches } from './match-descriptors.ts';

const maxRatio = 0.8;

/** Each feature once, with the partner that most views name. */
export async function matchWide(matcher: DescriptorMatcher, a: WideFeatures, b: WideFeatures): Promise<Matches> {
  const votes = new Map<number, Map<number, number>>();
  const vote = async (viewOfA: ViewDescriptors, viewOfB: ViewDescriptors): Promise<void> => {
    const matches = await matcher.match(viewOfA, viewOfB, { maxRatio });
    for (let k = 0; k < matches.length; k += 2) {
      const i = viewOfA.owner[matches[k]];
      const j = viewOfB.owner[matches[k + 1]];
      let partners = votes.get(i);
      if (!partners) votes.set(i, (partners = new Map()));
      partners.set(j, (partners.get(j) ?? 0) + 1);
    }
  };
  for (const view of a.views) await vote(view, b.views[0]);
  for (const view of b.views.slice(1)) await vote(a.views[0], view);
  const all = [...votes].flatMap(([i, partners]) => [...partners].map(([j, count]) => ({ i, j, count })));
  all.sort((one, other) => other.count - one.count || one.i - other.i || one.j - other.j);
  const takenA = new Set<number>();
  const takenB = new Set<number>();
  const pairs: number[] = [];
  for (const { i, j } of all) {
    if (takenA.has(i) || takenB.has(j)) continue;
    takenA.add(i);
    takenB.add(j);
    pairs.push(i, j);
  }
  return Int32Array.from(pairs);
}
