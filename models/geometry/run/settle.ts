// Closing work, one small piece per call: a second opinion on the map, further maps, a last adjustment, then depth photo by photo.

import type { ClosingWork } from '../../../projects/format/closing-work.ts';
import { errorOf } from '../../../projects/format/result.ts';
import type { PhotoSource, PointMap } from '../../run/reconstructor.ts';
import { sweptSize, type DenseStage } from './dense-stage.ts';
import { movingCells } from '../moving/moving-mask.ts';
import type { Growth } from './growth.ts';
import type { MovingParts } from './moving-parts.ts';
import type { WideLook } from './wide-look.ts';

export type SettleProgress =
  | { stage: 'rebuild' }
  | { stage: 'wide'; next: number }
  | { stage: 'further' }
  | { stage: 'adjust'; mapIdx: number }
  | { stage: 'dense' | 'fill'; mapIdx: number; done: number[] }
  | { stage: 'settled' };

export interface SettlePiece {
  progress: SettleProgress;
  pointMaps: PointMap[];
  notices: string[];
  settled: boolean;
  next: ClosingWork;
}

export async function settleOnce(
  progress: SettleProgress,
  growth: Growth,
  photos: readonly PhotoSource[],
  { dense, wide, moving }: { dense: DenseStage; wide: WideLook; moving: MovingParts },
): Promise<SettlePiece> {
  const piece = (next: SettleProgress, pointMaps: PointMap[] = [], notices: string[] = []): SettlePiece => ({
    progress: next,
    pointMaps,
    notices,
    settled: next.stage === 'settled',
    next: closingWork(next, growth, photos.length),
  });
  switch (progress.stage) {
    case 'rebuild':
      growth.secondOpinion();
      return piece(wide.isWorthIt(growth) ? { stage: 'wide', next: 0 } : { stage: 'further' });
    case 'wide':
      if (progress.next < photos.length) {
        await wide.look(growth, photos, progress.next);
        return piece({ stage: 'wide', next: progress.next + 1 });
      }
      wide.end();
      growth.secondOpinion();
      return piece({ stage: 'further' });
    case 'further':
      // What does not belong to the first map may belong to another.
      if (growth.maps[0]) growth.dropRefuted(growth.maps[0]);
      if (growth.beginFurtherMap()) return piece(progress);
      growth.join();
      return piece({ stage: 'adjust', mapIdx: 0 });
    case 'adjust': {
      const mapper = growth.maps.at(progress.mapIdx);
      if (mapper) {
        growth.finish(mapper);
        if ((await moving.dropMoving(mapper.map)) > 0) growth.finish(mapper);
      }
      if (progress.mapIdx + 1 < growth.maps.length) return piece({ stage: 'adjust', mapIdx: progress.mapIdx + 1 });
      return piece({ stage: 'dense', mapIdx: 0, done: [] }, [], verdict(growth, photos));
    }
    case 'dense':
    case 'fill': {
      const { stage, mapIdx, done } = progress;
      const mapper = growth.maps.at(mapIdx);
      if (!mapper) {
        await dense.end();
        return piece({ stage: 'settled' });
      }
      const [next, ...upcoming] = [...mapper.map.poses.keys()].filter((image) => !done.includes(image));
      if (next === undefined)
        return stage === 'dense' && dense.fillsGaps
          ? piece({ stage: 'fill', mapIdx, done: [] })
          : piece({ stage: 'dense', mapIdx: mapIdx + 1, done: [] });
      // Nothing moves any more: one look serves all photos of the map.
      if ((stage === 'dense' && done.length === 0) || !dense.holds(mapper.map)) dense.look(mapper.map, photos);
      const soon = upcoming.slice(0, 2).map((image) => photos[image]);
      const pointMap = await (stage === 'dense'
        ? dense.finalOf(photos[next], soon)
        : dense.filledOf(photos[next], soon));
      // Without neighbours a photo has no depth; without its file neither, and that is worth telling, once.
      const unread = pointMap || stage === 'fill' ? null : await problemOf(photos[next]);
      const mask = pointMap && (await moving.maskOf(mapper.map, next));
      const points = pointMap && mask ? { ...pointMap, moving: movingCells(mask, pointMap) } : pointMap;
      return piece({ ...progress, done: [...done, next] }, points ? [points] : [], unread ? [unread] : []);
    }
    case 'settled':
      return piece(progress);
  }
}

/** What a stage does, as told before its next piece. */
function closingWork(progress: SettleProgress, { maps }: Growth, photoCount: number): ClosingWork {
  const unknown = { done: 0, total: 0 };
  switch (progress.stage) {
    case 'rebuild':
      return { stage: 'Adjusting all cameras', ...unknown };
    case 'wide':
      return { stage: 'Looking again from the side', done: progress.next, total: photoCount };
    case 'further':
      return { stage: 'Looking for further pieces', ...unknown };
    case 'adjust':
      return { stage: 'Adjusting all cameras', done: progress.mapIdx, total: maps.length };
    case 'dense': {
      const sizes = maps.map(({ map }) => map.poses.size);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const before = sizes.slice(0, progress.mapIdx).reduce((sum, size) => sum + size, 0);
      const done = before + progress.done.length;
      return { stage: done < total ? `Depth of photo ${done + 1} of ${total}` : 'Depth', done, total };
    }
    case 'fill': {
      const total = maps[progress.mapIdx]?.map.poses.size ?? 0;
      const done = progress.done.length;
      return { stage: done < total ? `Gaps of photo ${done + 1} of ${total}` : 'Gaps', done, total };
    }
    case 'settled':
      return { stage: 'Saving the run', ...unknown };
  }
}

/** Why the picture cannot be read; null when it can. */
async function problemOf(photo: PhotoSource): Promise<string | null> {
  try {
    await photo.read(sweptSize(photo));
    return null;
  } catch (error) {
    return errorOf(error).sentence;
  }
}

/** One sentence on what could not be had, and why. */
function verdict(growth: Growth, photos: readonly PhotoSource[]): string[] {
  const { waiting, graph, maps } = growth;
  // Of photos that could not be read that has been said already.
  if (photos.length === 0) return [];
  if (photos.length < 2) return ['One photo alone has no depth: add another one taken from a step to the side.'];
  if (maps.length === 0) {
    if (graph.pairs.length === 0)
      return ['No two photos show the same thing clearly enough: they need more overlap or more structure.'];
    return ['The photos overlap, but show no parallax: take them from different places, not by turning on the spot.'];
  }
  const notices: string[] = [];
  if (maps.length > 1) notices.push(`The photos fall into ${maps.length} pieces that share too little to be joined.`);
  if (waiting.size > 0) {
    const names = [...waiting].slice(0, 3).map((image) => photos[image].name);
    const more = waiting.size > names.length ? ` and ${waiting.size - names.length} more` : '';
    notices.push(`Not placed, because they share too little with the others: ${names.join(', ')}${more}.`);
  }
  return notices;
}
