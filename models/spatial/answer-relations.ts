// Answers that are a choice: which is nearest, where something is for one who stands there, which turns, which came first.

import { formatQuantity, inMetres } from '../../projects/format/quantity.ts';
import { subtract, scaled, dot, add, type Vec3 } from '../../projects/format/sim3.ts';
import type { SpatialMark } from '../../projects/format/spatial-answer.ts';
import { boxMark, cannotAnswer, oneThing, type SpatialContext, type SpatialReply } from './context.ts';
import { marginDeg, quadrantOf, sideOf, sideOrBack, turnDeg, turnName } from './directions.ts';
import type { DirectionKind, SpatialQuestion } from './question.ts';
import { nearestPair, type NearestPair, type Thing } from './thing.ts';
import { appearsFrom, firstAppearance } from './visible-area.ts';

type Of<K extends SpatialQuestion['kind']> = Extract<SpatialQuestion, { kind: K }>;

/** Of several things of one word the nearest counts. */
export async function answerNearest<Id>(
  { kind, to, options }: Of<'object_rel_distance'>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const { positions, scale } = context;
  const notices: string[] = [];
  const target = await oneThing(to, context, notices);
  const found: { words: string; thing: Thing; pair: NearestPair }[] = [];
  for (const words of options) {
    const things = (await context.things(words)).filter(({ label }) => label !== target.label);
    if (things.length === 0) throw cannotAnswer(`“${words}” and “${to}” are the same thing; name another one.`);
    const pairs = things.map((thing) => ({ words, thing, pair: nearestPair(positions, thing, target) }));
    found.push(pairs.reduce((best, each) => (each.pair.distance < best.pair.distance ? each : best)));
  }
  const ranked = found.toSorted((a, b) => a.pair.distance - b.pair.distance);
  const [best, next] = ranked;
  const text = ({ pair }: typeof best): string => formatQuantity(inMetres('length', pair.distance, pair.sigma, scale));
  const isClose = next.pair.distance - best.pair.distance < 2 * Math.hypot(best.pair.sigma, next.pair.sigma);
  if (isClose) notices.push('The two nearest differ by less than the error: it may be either.');
  return {
    kind,
    sentence: `The “${best.words}” is nearest to the “${to}”, ${text(best)} away.`,
    quantity: null,
    choice: [best.words],
    formula: `min of ${ranked.map((each) => `d(${each.words}) = ${text(each)}`).join(', ')}`,
    notices,
    marks: [
      boxMark(target),
      ...ranked.flatMap((each, rank): SpatialMark[] => [
        boxMark(each.thing),
        {
          kind: 'line',
          points: [each.pair.from, each.pair.to],
          label: text(each),
          role: rank === 0 ? 'answer' : 'thing',
        },
      ]),
    ],
    things: [target, ...ranked.map(({ thing }) => thing)],
    photoIds: [],
  };
}

const levels: Readonly<
  Record<DirectionKind, { choose: (turn: number) => string; borders: readonly number[]; rule: string }>
> = {
  object_rel_direction_easy: { choose: sideOf, borders: [0, 180], rule: 'above 0° left, below right' },
  object_rel_direction_medium: {
    choose: sideOrBack,
    borders: [0, 135],
    rule: 'from 135° on back, else above 0° left, below right',
  },
  object_rel_direction_hard: { choose: quadrantOf, borders: [0, 90, 180], rule: 'quadrant of the angle' },
};

const placeNames: Readonly<Record<string, string>> = {
  left: 'to your left',
  right: 'to your right',
  back: 'behind you',
};

/** Closer than this to a border the answer is said to be a close call. */
const closeDeg = 5;

export async function answerDirection<Id>(
  { kind, at, facing, thing: words }: Of<DirectionKind>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const notices: string[] = [];
  const place = await oneThing(at, context, notices);
  const ahead = await oneThing(facing, context, notices);
  const thing = await oneThing(words, context, notices);
  const turn = requireTurn(place, ahead, thing, context.up);
  const { choose, borders, rule } = levels[kind];
  const choice = choose(turn);
  if (marginDeg(turn, borders) < closeDeg)
    notices.push(`It is a close call: within ${closeDeg}° of the border to another answer.`);
  const angle = `${Math.abs(turn).toFixed(0)}° to the ${sideOf(turn)}`;
  const where = placeNames[choice] ?? `${choice} of you`;
  return {
    kind,
    sentence: `Standing at the “${at}” and facing the “${facing}”, the “${words}” is ${where} (${angle}).`,
    quantity: null,
    choice: [choice],
    formula: `level angle from (${facing} − ${at}) to (${words} − ${at}) = ${turn.toFixed(1)}°; ${rule}`,
    notices,
    marks: [
      boxMark(place),
      boxMark(ahead),
      boxMark(thing),
      {
        kind: 'arrow',
        points: [place.box.center, levelWith(ahead, place, context.up)],
        label: 'facing',
        role: 'thing',
      },
      {
        kind: 'arrow',
        points: [place.box.center, levelWith(thing, place, context.up)],
        label: choice,
        role: 'answer',
      },
    ],
    things: [thing, place, ahead],
    photoIds: [],
  };
}

/** Turns at the starting place and at every way-point but the last. A first way-point that is faced already needs no turn. */
export async function answerRoute<Id>(
  { kind, at, facing, stops }: Of<'route_planning'>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const notices: string[] = [];
  const start = await oneThing(at, context, notices);
  const faced = await oneThing(facing, context, notices);
  const places: Thing[] = [];
  for (const words of stops) places.push(await oneThing(words, context, notices));
  const steps: { turn: number; to: Thing }[] = [];
  let [from, ahead] = [start.box.center, faced.box.center];
  places.forEach((to, i) => {
    const turn = turnDeg(from, ahead, to.box.center, context.up);
    if (turn === null) throw cannotAnswer(`“${to.label}” is straight above or below the way-point before it.`);
    if (i > 0 || to.label !== faced.label) steps.push({ turn, to });
    ahead = add(to.box.center, subtract(to.box.center, from));
    from = to.box.center;
  });
  const close = steps.some(({ turn }) => marginDeg(turn, [45, 135]) < closeDeg);
  if (close) notices.push(`One turn is a close call: within ${closeDeg}° of another answer.`);
  const turns = steps.map(({ turn }) => turnName(turn));
  const said = steps.map(({ turn, to }, i) => `${i === 0 ? '' : 'then '}${turnName(turn)} to the “${to.label}”`);
  const way = [start, ...places].map(({ box }, i, all) =>
    i === 0 ? box.center : onLevel(box.center, all[0], context.up),
  );
  return {
    kind,
    sentence:
      said.length === 0 ? `Go straight on to the “${places[0].label}”.` : `From the “${at}”, ${said.join(', ')}.`,
    quantity: null,
    choice: turns,
    formula: `level angles at the way-points: ${steps.map(({ turn }) => `${turn.toFixed(0)}°`).join(', ') || 'none'}; below 45° straight on, from 135° back`,
    notices,
    marks: [
      boxMark(start),
      boxMark(faced),
      ...places.map((place) => boxMark(place)),
      ...way.slice(1).map((to, i): SpatialMark => ({
        kind: 'arrow',
        points: [way[i], to],
        label: `${i + 1}`,
        role: 'answer',
      })),
    ],
    things: [start, faced, ...places],
    photoIds: [],
  };
}

export async function answerOrder<Id>(
  { kind, things: words }: Of<'obj_appearance_order'>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const { positions, views } = context;
  const seen: { words: string; thing: Thing; idx: number; id: Id; area: number }[] = [];
  for (const each of words) {
    const things = await context.things(each);
    const firsts = things.flatMap((thing) => {
      const { first } = firstAppearance(views, positions, thing.members);
      return first ? [{ words: each, thing, ...first }] : [];
    });
    if (firsts.length === 0) throw cannotAnswer(`no photo shows “${each}” free of what stands before it.`);
    // Any thing of that name counts: the one that came first.
    seen.push(firsts.reduce((best, next) => (next.idx < best.idx ? next : best)));
  }
  const ranked = seen.toSorted((a, b) => a.idx - b.idx || b.area - a.area);
  const photoOf = ({ idx, id }: (typeof ranked)[number]): string => `photo ${idx + 1} (${context.nameOf(id)})`;
  const isTied = ranked.some(({ idx }, i) => i > 0 && idx === ranked[i - 1].idx);
  return {
    kind,
    sentence: `They appear in this order: ${ranked.map((each) => `“${each.words}” in photo ${each.idx + 1}`).join(', ')}.`,
    quantity: null,
    choice: ranked.map((each) => each.words),
    formula: `first photo that gives it ${(100 * appearsFrom).toFixed(1)} % of its area: ${ranked.map((each) => `${each.words}: ${photoOf(each)}, ${(100 * each.area).toFixed(1)} %`).join('; ')}`,
    notices: isTied ? ['Some appear in the same photo: the larger one there was put first.'] : [],
    marks: ranked.map(({ thing }, i) => ({ ...boxMark(thing, 'answer'), label: `${i + 1}. ${thing.label}` })),
    things: ranked.map(({ thing }) => thing),
    photoIds: ranked.map(({ id }) => id),
  };
}

/** @throws StudioFailure cannot-answer */
function requireTurn(place: Thing, ahead: Thing, thing: Thing, up: Vec3): number {
  const turn = turnDeg(place.box.center, ahead.box.center, thing.box.center, up);
  if (turn === null)
    throw cannotAnswer('one of these stands at, above or below the place itself; name things that are apart.');
  return turn;
}

/** The thing's centre at the height of the place's: angles are on the level plane, and so are the arrows. */
const levelWith = (thing: Thing, place: Thing, up: Vec3): Vec3 => onLevel(thing.box.center, place, up);
const onLevel = (point: Vec3, { box }: Thing, up: Vec3): Vec3 =>
  add(point, scaled(up, dot(subtract(box.center, point), up)));
