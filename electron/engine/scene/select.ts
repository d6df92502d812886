// Selections: splats chosen by words, by a box or by growing from one of them, and combined with what was selected before.

import type { SelectReply, SelectRequest } from '../../contract/select-requests.ts';
import { codeCount, labOfCode } from '../../../models/language/codebook.ts';
import { findInstances } from '../../../models/language/instances.ts';
import { deletionTest } from '../../../projects/format/edits.ts';
import { noFeature } from '../../../projects/format/gaussian-chunk.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import {
  addRow,
  combineRows,
  countRows,
  decodeRows,
  emptyBits,
  encodeRows,
  type ChunkRows,
  type RowBits,
} from '../../../projects/format/row-set.ts';
import { inverse, transformPoint, type Vec3 } from '../../../projects/format/sim3.ts';
import { answerTo, requireScene, sizesOf } from './ask.ts';
import type { SplatScene } from './splat-scene.ts';

/** @throws StudioFailure query-unknown-word, bad-input, nothing-to-ask, not-found */
export async function select(request: SelectRequest): Promise<SelectReply> {
  const { scene, members } = await chosen(request);
  const found = rowsByChunk(scene, members);
  const before = new Map(request.selection.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)]));
  const selection: ChunkRows[] = [];
  let splats = 0;
  for (const chunkId of scene.chunkIds) {
    const none = emptyBits(0);
    const bits = combineRows(before.get(chunkId) ?? none, found.get(chunkId) ?? none, request.operation);
    const count = countRows(bits);
    if (count > 0) selection.push({ chunkId, rows: encodeRows(bits) });
    splats += count;
  }
  return { selection, splats };
}

/** Splats as indices into the scene; those that an edit has taken away are never among them. */
async function chosen(request: SelectRequest): Promise<{ scene: SplatScene; members: ArrayLike<number> }> {
  const { by, frames } = request;
  if (by.kind === 'words') {
    const { scene, scores, instances } = await answerTo({ ...request, ...by });
    if (by.instanceIdx === null) return { scene, members: indicesWhere(scene.count, (i) => scores[i] >= by.threshold) };
    const instance = instances[by.instanceIdx];
    if (!instance) throw new StudioFailure('not-found', { what: 'thing' });
    return { scene, members: instance.members };
  }
  const scene = await requireScene(frames);
  return { scene, members: by.kind === 'box' ? inBoxes(scene, by.boxes) : grown(scene, by) };
}

function inBoxes(scene: SplatScene, boxes: (SelectRequest['by'] & { kind: 'box' })['boxes']): number[] {
  return scene.frames.flatMap(({ frameId, worldFromCamera }, f) => {
    const own = boxes.filter((box) => box.frameId === frameId);
    if (own.length === 0) return [];
    const inside = deletionTest(own);
    const cameraFromWorld = inverse(worldFromCamera);
    const start = scene.starts[f];
    return indicesWhere(scene.starts[f + 1] - start, (row) => {
      const i = start + row;
      return scene.featureIdx[i] !== noFeature && inside(transformPoint(cameraFromWorld, positionOf(scene, i)));
    }).map((row) => start + row);
  });
}

/** Splats that look like the one that was clicked and hang together with it. */
function grown(scene: SplatScene, by: SelectRequest['by'] & { kind: 'grow' }): ArrayLike<number> {
  const f = scene.frames.findIndex(({ frameId }) => frameId === by.frameId);
  const seed = scene.starts[f] + by.splatIdx;
  if (f < 0 || seed >= scene.starts[f + 1] || scene.featureIdx[seed] >= codeCount)
    throw new StudioFailure('not-found', { what: 'splat' });
  const [l, a, b] = labOfCode(scene.featureIdx[seed]);
  const alike = new Uint8Array(65536);
  for (let code = 0; code < codeCount; code++) {
    const lab = labOfCode(code);
    // Lightness counts half: shading changes it first.
    alike[code] = Math.hypot((lab[0] - l) / 2, lab[1] - a, lab[2] - b) <= by.tolerance ? 1 : 0;
  }
  const likeness = Float32Array.from(scene.featureIdx, (code) => alike[code]);
  const pieces = findInstances(scene.positions, likeness, 1, sizesOf(scene).voxelSize, 1);
  return pieces.find(({ members }) => members.includes(seed))?.members ?? [seed];
}

function rowsByChunk(scene: SplatScene, members: ArrayLike<number>): Map<string, RowBits> {
  const rows = scene.chunkIds.map((_, f) => emptyBits(scene.starts[f + 1] - scene.starts[f]));
  const frameOf = frameFinder(scene);
  for (let k = 0; k < members.length; k++) {
    const f = frameOf(members[k]);
    addRow(rows[f], members[k] - scene.starts[f]);
  }
  return new Map(scene.chunkIds.map((chunkId, f) => [chunkId, rows[f]]));
}

/** Members come mostly in order: the frame of the last one is looked at first. */
function frameFinder({ starts }: SplatScene): (i: number) => number {
  let f = 0;
  return (i) => {
    if (i < starts[f]) f = 0;
    while (i >= starts[f + 1]) f++;
    return f;
  };
}

function indicesWhere(count: number, test: (i: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) if (test(i)) found.push(i);
  return found;
}

const positionOf = ({ positions }: SplatScene, i: number): Vec3 => [
  positions[3 * i],
  positions[3 * i + 1],
  positions[3 * i + 2],
];
