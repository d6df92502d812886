// Questions about space: words become things of the scene by the same road as in Ask, geometry answers, photos give the evidence.

import type { SpatialAnswer, SpatialRequest } from '../../contract/space-requests.ts';
import { readQuestion, scoreSplats } from '../../../models/language/answer.ts';
import { createLexicon } from '../../../models/language/lexicon.ts';
import { answerSpatial } from '../../../models/spatial/answer.ts';
import { cannotAnswer } from '../../../models/spatial/context.ts';
import { floorOutline, type FloorOutline } from '../../../models/spatial/floor-area.ts';
import { joinParts } from '../../../models/spatial/join-parts.ts';
import { questionForms, readSpatialQuestion } from '../../../models/spatial/question.ts';
import { thingOf, type Thing } from '../../../models/spatial/thing.ts';
import type { DepthView } from '../../../models/spatial/visible-area.ts';
import { noFeature } from '../../../projects/format/gaussian-chunk.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { answerTo, requireScene } from './ask.ts';
import { photosThatSaw } from './evidence.ts';
import { knownWords } from './known-words.ts';
import type { SplatScene } from './splat-scene.ts';

/** More pieces of one word than this are specks: none is named. */
const mostThings = 200;

/** @throws StudioFailure cannot-answer, query-unknown-word, bad-input, nothing-to-ask */
export async function answerSpace(request: SpatialRequest): Promise<SpatialAnswer> {
  const question = readSpatialQuestion(request.text);
  if (question === null)
    throw cannotAnswer(
      `ask, for example, “${questionForms[0].form}”, “${questionForms[1].form}” or “${questionForms[3].form}”.`,
    );
  const scene = await requireScene(request.frames);
  const started = performance.now();
  const notices: string[] = [];
  const known = new Map<string, Promise<Thing[]>>();
  const things = (words: string): Promise<Thing[]> => {
    const found = known.get(words) ?? thingsOf(request, words, notices);
    known.set(words, found);
    return found;
  };
  const names = new Map(request.photos.map(({ id, name }) => [id, name]));
  const {
    things: shown,
    photoIds,
    ...result
  } = await answerSpatial(question, {
    positions: scene.positions,
    up: request.upInWorld,
    scale: request.scale,
    things,
    floor: () => floorOf(scene, request),
    views: viewsInOrder(scene, request),
    nameOf: (id) => names.get(id) ?? id,
  });
  const members = evidenceOf(shown);
  const seen = members.length > 0 ? photosThatSaw(scene, members) : [];
  const named = photoIds.flatMap((id, k) => {
    const evidence = photosThatSaw(scene, shown[k].members, Infinity).find(({ photoId }) => photoId === id);
    return evidence ? [evidence] : [];
  });
  return {
    ...result,
    notices: [...notices, ...result.notices],
    photos: named.length > 0 ? named : seen,
    ms: performance.now() - started,
  };
}

/** `red chair 2` is the second of them. */
async function thingsOf(request: SpatialRequest, words: string, notices: string[]): Promise<Thing[]> {
  const [, plain, place] = /^(.*\S)\s+(\d+)$/.exec(words) ?? [undefined, words, undefined];
  const text = knownWords(plain, request.language !== null, notices);
  const { scene, instances, notices: meanings } = await answerTo({ ...request, text, notThis: [] });
  for (const meaning of meanings) if (!notices.includes(meaning)) notices.push(meaning);
  const pieces = instances
    .slice(0, mostThings)
    .map(({ members }) => thingOf(plain, scene.positions, members, request.upInWorld));
  const found = joinParts(pieces, scene.positions, request.upInWorld, (idx, count) =>
    count === 1 ? plain : `${plain} ${idx + 1}`,
  );
  const chosen = place === undefined ? found : found.slice(Number(place) - 1, Number(place));
  if (chosen.length === 0)
    throw cannotAnswer(
      found.length === 0
        ? `nothing that is “${plain}” was found; try other words, or look in Ask what the words find.`
        : `only ${found.length} “${plain}” ${found.length === 1 ? 'was' : 'were'} found.`,
    );
  return chosen;
}

function floorOf(scene: SplatScene, { upInWorld }: SpatialRequest): FloorOutline | null {
  // Floors are told by their place: position words, which need other axes, do not occur.
  const scores = scoreSplats(readQuestion('floor', createLexicon()), scene, {
    up: upInWorld,
    right: upInWorld,
    forward: upInWorld,
    eye: upInWorld,
    metresPerUnit: null,
  });
  return floorOutline({
    count: scene.count,
    positions: scene.positions,
    isFloor: (i) => scores[i] >= 0.5,
    isThere: (i) => scene.featureIdx[i] !== noFeature,
    up: upInWorld,
  });
}

function viewsInOrder(scene: SplatScene, { photos }: SpatialRequest): DepthView<PhotoId>[] {
  const place = new Map(photos.map(({ id }, idx) => [id, idx]));
  return scene.frames
    .map(({ photoId, worldFromCamera, intrinsics }, f) => ({
      id: photoId,
      worldFromCamera,
      intrinsics,
      depth: scene.depths[f],
    }))
    .sort((a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity));
}

/** Splats of all things, each with as many as the smallest allows, so that none drowns the others. */
function evidenceOf(things: readonly Thing[]): number[] {
  const each = Math.min(2000, ...things.map(({ members }) => members.length));
  return things.flatMap(({ members }) =>
    Array.from({ length: each }, (_, k) => members[Math.floor((k * members.length) / each)]),
  );
}
