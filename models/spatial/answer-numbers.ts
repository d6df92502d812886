// Answers that are numbers: how many, how far, how large, and how large the room is.

import { formatQuantity, inMetres, type Quantity, type Scale } from '../../projects/format/quantity.ts';
import { add, rotate, scaled, type Vec3 } from '../../projects/format/sim3.ts';
import { boxMark, cannotAnswer, oneThing, type SpatialContext, type SpatialReply } from './context.ts';
import type { SpatialQuestion } from './question.ts';
import { nearestPair, type Thing } from './thing.ts';

type Of<K extends SpatialQuestion['kind']> = Extract<SpatialQuestion, { kind: K }>;

const unscaled = 'In scene units: set a scale to get metres.';
const scaleNotice = (scale: Scale | null): string[] => (scale === null ? [unscaled] : []);

export async function answerCount<Id>(
  { kind, thing: words }: Of<'object_counting'>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const things = await context.things(words);
  const n = things.length;
  return {
    kind,
    sentence: n === 1 ? `There is one “${words}”.` : `There are ${n} “${words}”.`,
    quantity: { kind: 'number', value: n, sigma: null, isMetric: false },
    choice: null,
    formula: `pieces of splats that fit “${words}” and hang together = ${n}`,
    notices: [],
    marks: things.map((thing) => boxMark(thing, 'answer')),
    things,
    photoIds: [],
  };
}

export async function answerDistance<Id>(
  { kind, from, to }: Of<'object_abs_distance'>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const { positions, scale } = context;
  const notices = scaleNotice(scale);
  const a = await oneThing(from, context, notices);
  const b = await oneThing(to, context, notices);
  if (a.label === b.label) throw cannotAnswer(`“${from}” and “${to}” are the same thing; name two different ones.`);
  const pair = nearestPair(positions, a, b);
  const quantity = inMetres('length', pair.distance, pair.sigma, scale);
  const text = formatQuantity(quantity);
  return {
    kind,
    sentence: `The “${a.label}” is ${text} from the “${b.label}”.`,
    quantity,
    choice: null,
    formula: `min |p − q| over splats p of “${a.label}” (${a.members.length}) and q of “${b.label}” (${b.members.length}) = ${text}`,
    notices,
    marks: [boxMark(a), boxMark(b), { kind: 'line', points: [pair.from, pair.to], label: text, role: 'answer' }],
    things: [a, b],
    photoIds: [],
  };
}

export async function answerSize<Id>(
  { kind, thing: words, edge }: Of<'object_size_estimation'>,
  context: SpatialContext<Id>,
): Promise<SpatialReply<Id>> {
  const { scale } = context;
  const notices = scaleNotice(scale);
  const thing = await oneThing(words, context, notices);
  const { halfSize, slack } = thing.box;
  const axis = edge === 'height' ? 2 : edge === 'width' ? 0 : halfSize.indexOf(Math.max(...halfSize));
  const edges = halfSize.map((half, k) => inMetres('length', 2 * half, Math.hypot(thing.spacing, slack[k]), scale));
  const text = formatQuantity(edges[axis]);
  const name = { longest: 'longest side', height: 'height', width: 'width' }[edge];
  return {
    kind,
    sentence: `The ${name} of the “${thing.label}” is ${text}.`,
    quantity: edges[axis],
    choice: null,
    formula: `upright box of least footprint: ${edges.map(plain).join(' × ')}; ${name} = ${text}`,
    notices,
    marks: [boxMark(thing), { kind: 'line', points: edgeOf(thing, axis), label: text, role: 'answer' }],
    things: [thing],
    photoIds: [],
  };
}

export async function answerRoom<Id>(context: SpatialContext<Id>): Promise<SpatialReply<Id>> {
  const outline = context.floor();
  if (outline === null)
    throw cannotAnswer('no floor is seen; take photos that show it, or set the up direction by three clicks on it.');
  const quantity = inMetres('area', outline.area, outline.sigma, context.scale);
  const text = formatQuantity(quantity);
  return {
    kind: 'room_size_estimation',
    sentence: `The room has a floor of ${text}.`,
    quantity,
    choice: null,
    formula: `area of the outline of the floor and of what stands on it (${outline.polygon.length} corners) = ${text}`,
    notices: [...scaleNotice(context.scale), 'Parts of the floor that no photo shows are not counted.'],
    marks: [{ kind: 'polygon', points: outline.polygon, label: text, role: 'answer' }],
    things: [],
    photoIds: [],
  };
}

const plain = (quantity: Quantity): string => formatQuantity({ ...quantity, sigma: null });

/** The edge of the box along one of its axes that lies lowest and nearest to its first corner. */
function edgeOf({ box: { center, rotation, halfSize } }: Thing, axis: number): [Vec3, Vec3] {
  const corner = [0, 1, 2]
    .filter((k) => k !== axis)
    .reduce((at, k) => add(at, scaled(rotate(rotation, unit(k)), -halfSize[k])), center);
  const along = scaled(rotate(rotation, unit(axis)), halfSize[axis]);
  return [add(corner, scaled(along, -1)), add(corner, along)];
}

const unit = (k: number): Vec3 => [+(k === 0), +(k === 1), +(k === 2)];
