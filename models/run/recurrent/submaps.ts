// The submaps of a long run: where each stands, what each remembers, and the check whether a photo has been seen in an old one.
//
// Old submaps lie on disk (state, memory and a descriptor per photo), so that the memory of a run does not grow with its length. A photo that
// looks like one of an old submap is shown to that submap's last state without changing it; the pose it answers with is a relation
// between the two submaps (model-facts 2.7).

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../projects/format/safetensors.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { compose, type Sim3 } from '../../../projects/format/sim3.ts';
import type { Placement } from '../reconstructor.ts';
import { alignSubmap } from './align.ts';
import { disagreement, meanConfidence } from './answers.ts';
import type { Carried, StepAnswer } from './network.ts';
import { optimiseSubmaps, type SubmapEdge } from './submap-graph.ts';

/** One placed photo, in the axes of its submap. */
export interface SubmapFrame {
  photoId: PhotoId;
  submap: number;
  submapFromCamera: Sim3;
  intrinsics: Intrinsics;
  confidence: number;
}

/** Plain data: part of the saved state. */
export interface Submaps {
  worldFromSubmap: readonly Sim3[];
  /** Which world each submap belongs to; one that could not be joined begins a new world. */
  world: readonly number[];
  edges: readonly SubmapEdge[];
  frames: readonly SubmapFrame[];
}

export const placementOf = (submaps: Submaps, frame: SubmapFrame): Placement => ({
  photoId: frame.photoId,
  worldFromCamera: compose(submaps.worldFromSubmap[frame.submap], frame.submapFromCamera),
  intrinsics: frame.intrinsics,
  submapIdx: submaps.world[frame.submap],
  confidence: frame.confidence,
});

/** Mean of a photo's features over its patches, at unit length: photos of one place are near each other. */
export function descriptorOf({ data, shape }: NamedTensor): Float32Array {
  const channels = shape[shape.length - 1];
  const features = data as Float32Array;
  const mean = new Float32Array(channels);
  for (let i = 0; i < features.length; i++) mean[i % channels] += features[i];
  const norm = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  return mean.map((value) => value / (norm || 1));
}

const similarity = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Similarity to the nearest of `old`, which holds descriptors one after the other; −∞ when there is none of the same length. */
function mostAlike(own: Float32Array, old: Float32Array): number {
  let best = -Infinity;
  if (old.length % own.length !== 0) return best;
  for (let at = 0; at < old.length; at += own.length) {
    let sum = 0;
    for (let i = 0; i < own.length; i++) sum += own[i] * old[at + i];
    best = Math.max(best, sum);
  }
  return best;
}

/** Old submaps on disk. A file that is gone costs a loop that is not found, nothing else. */
export class SubmapStore {
  private readonly folder: string;

  constructor(cacheFolder: string, modelId: string, ruleId: string) {
    this.folder = join(cacheFolder, `submaps-${modelId}-${ruleId}`);
  }

  async write(submap: number, carried: Carried, descriptors: readonly Float32Array[]): Promise<void> {
    const channels = descriptors[0]?.length ?? 0;
    // One tensor: a look for a loop reads those of all submaps, and names of each photo would be garbage that grows with the run.
    const data = new Float32Array(descriptors.length * channels);
    descriptors.forEach((descriptor, idx) => data.set(descriptor, idx * channels));
    try {
      await mkdir(this.folder, { recursive: true });
      await this.writeFile(submap, 'state', { ...carried });
      await this.writeFile(submap, 'photos', { photos: { dtype: 'F32', shape: [descriptors.length, channels], data } });
    } catch {
      // See the class: only loops are lost.
    }
  }

  /** Descriptors of its photos, one after the other; null when the file is gone. Every look for a loop reads those of all submaps, but the state of one at most. */
  async descriptors(submap: number): Promise<Float32Array | null> {
    return ((await this.readFile(submap, 'photos'))?.get('photos')?.data as Float32Array | undefined) ?? null;
  }

  async carried(submap: number): Promise<Carried | null> {
    const tensors = await this.readFile(submap, 'state');
    const state = tensors?.get('state');
    const memory = tensors?.get('memory');
    return state && memory ? { state, memory } : null;
  }

  private async writeFile(submap: number, part: string, tensors: Record<string, NamedTensor>): Promise<void> {
    const path = this.pathOf(submap, part);
    await writeFile(`${path}.partial`, encodeSafetensors(tensors));
    await rename(`${path}.partial`, path);
  }

  private async readFile(submap: number, part: string): Promise<ReadonlyMap<string, NamedTensor> | null> {
    try {
      return decodeSafetensors(await readFile(this.pathOf(submap, part))).tensors;
    } catch {
      return null;
    }
  }

  private pathOf(submap: number, part: string): string {
    return join(this.folder, `${submap}.${part}.safetensors`);
  }
}

/**
 * Looks for an old submap that knows this photo; the last submap but one is no loop, it is the neighbour.
 * There are no thresholds to tune: the photo must look as much like an old one as neighbours in this submap look like each other, and the
 * old state's answer must be as sure and nearly as consistent as the present one's.
 * @param descriptors of the photos of the present submap, this one last
 * @param ask shows the photo to a state without changing it
 */
export async function findLoop(
  store: SubmapStore,
  submaps: Submaps,
  descriptors: readonly Float32Array[],
  answer: StepAnswer,
  ask: (carried: Carried) => Promise<StepAnswer>,
): Promise<SubmapEdge | null> {
  const present = submaps.worldFromSubmap.length - 1;
  const own = descriptors.at(-1);
  if (!own || descriptors.length < 3) return null;
  const neighbours = descriptors.slice(1).map((descriptor, idx) => similarity(descriptor, descriptors[idx]));
  const usual = neighbours.toSorted((a, b) => a - b)[Math.floor(neighbours.length / 2)];
  let best: { submap: number; score: number } | null = null;
  for (let submap = 0; submap < present - 1; submap++) {
    const known = submaps.edges.some(({ from, to }) => from === submap && to === present);
    if (known || submaps.world[submap] !== submaps.world[present]) continue;
    const old = await store.descriptors(submap);
    const score = old ? mostAlike(own, old) : -Infinity;
    if (score >= usual && score > (best?.score ?? -1)) best = { submap, score };
  }
  const carried = best && (await store.carried(best.submap));
  if (!best || !carried) return null;
  const remembered = await ask(carried);
  if (meanConfidence(remembered.confSelf) < meanConfidence(answer.confSelf)) return null;
  if (medianOf(disagreement(remembered)) > 1.5 * medianOf(disagreement(answer))) return null;
  const fromFromTo = alignSubmap(remembered, answer);
  return fromFromTo && { from: best.submap, to: present, fromFromTo };
}

const medianOf = (values: Float32Array): number => values.toSorted()[Math.floor(values.length / 2)] ?? Infinity;

/** Adds the relation, places all submaps anew, and tells every photo whose pose changed by it. */
export function closeLoop(submaps: Submaps, edge: SubmapEdge): { submaps: Submaps; moved: Placement[] } {
  const edges = [...submaps.edges, edge];
  const closed = { ...submaps, edges, worldFromSubmap: optimiseSubmaps(submaps.worldFromSubmap, edges) };
  return {
    submaps: closed,
    moved: closed.frames.filter(({ submap }) => submap > 0).map((frame) => placementOf(closed, frame)),
  };
}
