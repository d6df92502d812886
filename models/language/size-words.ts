// Words of size choose among things: “largest” compares them, “large” means metres where a scale tells them.

import type { Vec3 } from '../../projects/format/sim3.ts';
import type { Instance } from './instances.ts';
import type { Concept } from './lexicon.ts';

type SizeConcept = Concept & { kind: 'size' };

/** From (large) or up to (small) how many metres; a person's furniture is large, what a hand holds is small. */
const limits: Readonly<Record<SizeConcept['measure'], { large: number; small: number }>> = {
  volume: { large: 1, small: 0.4 },
  height: { large: 1.2, small: 0.5 },
  width: { large: 1, small: 0.3 },
};
const names = { volume: 'longest side', height: 'height', width: 'width' } as const;

/**
 * Things that the words of size leave. Superlatives leave one. Other words leave what is so many metres large or small where there is a
 * scale, else the half of the things that is larger or smaller, at least one.
 */
export function chooseBySize<T extends Instance>(
  instances: readonly T[],
  concepts: ReadonlyMap<string, Concept>,
  { up, metresPerUnit }: { up: Vec3; metresPerUnit: number | null },
): T[] {
  let kept = [...instances];
  for (const concept of concepts.values()) {
    if (concept.kind !== 'size') continue;
    const { measure, large, superlative } = concept;
    if (metresPerUnit !== null && !superlative) {
      const { large: from, small: upTo } = limits[measure];
      kept = kept.filter((instance) => {
        const metres = edgeOf(instance, measure, up) * metresPerUnit;
        return large ? metres >= from : metres <= upTo;
      });
      continue;
    }
    const measured = kept
      .map((instance) => ({ instance, value: measureOf(instance, measure, up) }))
      .sort((a, b) => (large ? b.value - a.value : a.value - b.value));
    const count = superlative ? 1 : Math.max(1, Math.ceil(measured.length / 2));
    kept = measured.slice(0, count).map(({ instance }) => instance);
  }
  return kept;
}

/** What a word of size means with a scale; null for words that compare. */
export function meaningOf(words: string, concept: Concept): string | null {
  if (concept.kind !== 'size' || concept.superlative) return null;
  const { large, small } = limits[concept.measure];
  const edge = `${names[concept.measure]} of ${concept.large ? `${large} m or more` : `${small} m or less`}`;
  return `“${words}” means a ${edge}.`;
}

function measureOf(instance: Instance, measure: SizeConcept['measure'], up: Vec3): number {
  const { min, max } = instance.box;
  if (measure === 'volume') return (max[0] - min[0]) * (max[1] - min[1]) * (max[2] - min[2]);
  return edgeOf(instance, measure, up);
}

/** Longest side, height or width of the box, world units. */
function edgeOf({ box: { min, max } }: Instance, measure: SizeConcept['measure'], up: Vec3): number {
  const edges = [max[0] - min[0], max[1] - min[1], max[2] - min[2]];
  if (measure === 'volume') return Math.max(...edges);
  const tall = edges.reduce((sum, edge, k) => sum + edge * Math.abs(up[k]), 0);
  return measure === 'height' ? tall : Math.max(...edges.map((edge, k) => edge * (1 - Math.abs(up[k]))));
}
