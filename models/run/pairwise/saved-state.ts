// A run's memory as tensors and facts, complete, so that going on from it is bit by bit the same.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { SceneState } from '../reconstructor.ts';
import type { AlignedPhoto, PairEdge } from './alignment-terms.ts';

export interface MetPhoto extends AlignedPhoto {
  /** null: the photo was met again later, and this is only an anchor for its pairs. */
  photoId: PhotoId | null;
  submapIdx: number;
  intrinsics: Intrinsics;
  confidence: number;
  /** Mean encoder features at unit length. */
  descriptor: Float32Array;
}

export interface SettleProgress {
  piece: number;
  damping: number | null;
  done: boolean;
}

export interface PairMemory {
  /** Photos that were shown so far, placed or not. */
  stepIdx: number;
  photos: readonly MetPhoto[];
  edges: readonly PairEdge[];
  /** Index of the first photo of the present submap. */
  submapStart: number;
  settling: SettleProgress;
}

export const emptyMemory: PairMemory = {
  stepIdx: 0,
  photos: [],
  edges: [],
  submapStart: 0,
  settling: { piece: 0, damping: null, done: false },
};

type PhotoFacts = Omit<MetPhoto, 'samples' | 'descriptor'> & { sampleCount: number };

interface Facts {
  photos: PhotoFacts[];
  /** Indices of the two photos of each pair. */
  pairs: [number, number][];
  submapStart: number;
  settling: SettleProgress;
}

const rows = (parts: readonly Float32Array[], width: number): NamedTensor => {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { dtype: 'F32', shape: [width > 0 ? data.length / width : 0, width], data };
};

export function saveState({ stepIdx, photos, edges, submapStart, settling }: PairMemory, modelId: string): SceneState {
  const facts: Facts = {
    photos: photos.map(({ samples, descriptor: _descriptor, ...rest }) => ({
      ...rest,
      sampleCount: samples.length / 4,
    })),
    pairs: edges.map(({ firstIdx, secondIdx }) => [firstIdx, secondIdx]),
    submapStart,
    settling,
  };
  return {
    modelId,
    stepIdx,
    tensors: {
      samples: rows(
        photos.map(({ samples }) => samples),
        4,
      ),
      descriptors: rows(
        photos.map(({ descriptor }) => descriptor),
        photos[0]?.descriptor.length ?? 0,
      ),
      pairs: rows(
        edges.flatMap(({ first, second }) => [first, second]),
        4,
      ),
    },
    facts: { ...facts },
  };
}

/** @throws StudioFailure 'run-failed' when the state is not one of this model, or not whole */
export function restoreState({ modelId, stepIdx, tensors, facts }: SceneState, expectedId: string): PairMemory {
  const unfit = (reason: string): StudioFailure => new StudioFailure('run-failed', { reason });
  if (modelId !== expectedId) throw unfit(`the saved state belongs to ${modelId}.`);
  const { photos, pairs, submapStart, settling } = facts as Partial<Facts>;
  if (!photos || !pairs || submapStart === undefined || !settling) throw unfit('the saved state is not whole.');
  const reader = (name: string): ((count: number) => Float32Array) => {
    const data = tensors[name]?.data;
    if (!(data instanceof Float32Array)) throw unfit(`the saved state lacks its ${name}.`);
    let at = 0;
    return (count) => {
      if (at + count > data.length) throw unfit(`the saved state has too few ${name}.`);
      at += count;
      return data.slice(at - count, at);
    };
  };
  const samples = reader('samples');
  const descriptors = reader('descriptors');
  const points = reader('pairs');
  const channels = tensors.descriptors.shape[1];
  const sampleCount = (idx: number): number => {
    const photo = photos[idx];
    if (!photo) throw unfit('the saved state names a photo that it does not hold.');
    return 4 * photo.sampleCount;
  };
  return {
    stepIdx,
    photos: photos.map(({ sampleCount: count, ...rest }) => ({
      ...rest,
      samples: samples(4 * count),
      descriptor: descriptors(channels),
    })),
    edges: pairs.map(([firstIdx, secondIdx]) => ({
      firstIdx,
      secondIdx,
      first: points(sampleCount(firstIdx)),
      second: points(sampleCount(secondIdx)),
    })),
    submapStart,
    settling,
  };
}
