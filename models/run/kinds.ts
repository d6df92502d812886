// Which kinds of packs reconstruct, and what the others are instead.

import { StudioFailure } from '../../projects/format/result.ts';
import type { Manifest } from './manifest.ts';

/** Kinds without a runner, as what they are instead. */
const others: Readonly<Partial<Record<Manifest['kind'], string>>> = {
  language: 'it is a language pack, which answers questions about a scene that another method has made.',
};

export const reconstructs = (kind: Manifest['kind']): boolean => !(kind in others);

/** @throws StudioFailure 'model-cannot-reconstruct' that says what the pack is instead */
export function assertReconstructs({ name, kind }: Pick<Manifest, 'name' | 'kind'>): void {
  const reason = others[kind];
  if (reason !== undefined) throw new StudioFailure('model-cannot-reconstruct', { name, reason });
}
