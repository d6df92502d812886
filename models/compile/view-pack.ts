// A network that looks at several photos at once becomes a pack: what all families of that kind write of themselves.

import type { Manifest } from '../run/manifest.ts';
import type { BuiltGraph } from './built-graph.ts';
import { parameterCount, type PackIdentity } from './cut3r-pack.ts';
import { writePack, type CompileOptions } from './pack-writer.ts';
import type { TensorSource } from './tensor-source.ts';
import { defaultViews, viewsWorkingMb, type ViewsSize } from './views-memory.ts';

/** Compiles into `folder`, which must not exist. @throws StudioFailure 'cancelled', 'disk-full' */
export function writeViewPack(
  source: TensorSource,
  family: string,
  folder: string,
  { fingerprint, ...named }: PackIdentity,
  size: ViewsSize,
  graphs: Readonly<Record<string, BuiltGraph>>,
  options: CompileOptions,
): Promise<Manifest> {
  const { patchPx, sizePx } = size;
  const facts = {
    ...named,
    kind: 'multi-view' as const,
    family,
    parameters: parameterCount(source),
    config: { patchPx, sizePx, views: defaultViews, fingerprint },
    workingMb: viewsWorkingMb(size),
  };
  return writePack(folder, facts, graphs, options);
}
