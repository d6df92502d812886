// Measures and answers as lines on the screen: corners in pixels, and where the label stands.

import { boxEdges } from '../../../projects/format/measures.ts';
import { formatQuantity } from '../../../projects/format/quantity.ts';
import { add, dot, scaled, subtract, type Vec3 } from '../../../projects/format/sim3.ts';
import type { SpatialMark } from '../../../projects/format/spatial-answer.ts';
import type { Picked, Picking, ShownMeasure } from '../../state/measure.svelte.ts';

type Pixel = readonly [number, number];
/** Where a place is on the screen; null behind the eye. */
export type OnScreen = (point: Vec3) => { x: number; y: number } | null;

export interface OverlayLine {
  points: Pixel[];
  closed: boolean;
  role: 'measure' | 'chosen' | 'picked' | 'thing' | 'answer' | 'help';
  dots: boolean;
  label: string;
  at: Pixel | null;
}

type Look = Pick<OverlayLine, 'role'> & Partial<Pick<OverlayLine, 'closed' | 'dots' | 'label'>>;

/** A line through places; parts behind the eye are left out with everything that hangs on them. */
function line(
  places: readonly Vec3[],
  at: OnScreen,
  { role, closed = false, dots = false, label = '' }: Look,
): OverlayLine[] {
  const points = places.flatMap((place): Pixel[] => {
    const pixel = at(place);
    return pixel ? [[pixel.x, pixel.y]] : [];
  });
  if (points.length < places.length || points.length === 0) return [];
  return [{ points, closed, role, dots, label, at: label === '' ? null : middleOf(points, closed) }];
}

/** Half way between the ends of a short line, the mean of corners of others. */
function middleOf(points: readonly Pixel[], closed: boolean): Pixel {
  if (points.length === 1) return [points[0][0], points[0][1] - 16];
  const [a, b] = closed || points.length !== 2 ? [null, null] : points;
  if (a && b) return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const sum = points.reduce<Pixel>(([x, y], [u, v]) => [x + u, y + v], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

const box = (corners: readonly Vec3[], at: OnScreen, look: Look): OverlayLine[] =>
  boxEdges.flatMap(([from, to]) => line([corners[from], corners[to]], at, { ...look, label: '' }));

/** Above the highest corner on the screen. */
function boxLabel(corners: readonly Vec3[], at: OnScreen, look: Look): OverlayLine[] {
  const pixels = corners.flatMap((corner) => at(corner) ?? []);
  if (pixels.length < corners.length) return [];
  const top = pixels.reduce((best, pixel) => (pixel.y < best.y ? pixel : best));
  return [
    { points: [], closed: false, dots: false, role: look.role, label: look.label ?? '', at: [top.x, top.y - 14] },
  ];
}

/** One measure. The label is its first number. */
export function measureLines(
  { measure, value: { quantities, points } }: ShownMeasure,
  isChosen: boolean,
  up: Vec3,
  at: OnScreen,
): OverlayLine[] {
  const role = isChosen ? 'chosen' : 'measure';
  const label = measure.kind === 'point' ? measure.name : formatQuantity(quantities[0]);
  if (measure.kind === 'box')
    return [...box(points, at, { role }), ...boxLabel(points, at, { role, label: `${measure.name} · ${label}` })];
  if (measure.kind !== 'height') return line(points, at, { role, label, dots: true, closed: measure.kind === 'area' });
  // Straight up from the lower place to the height of the other, and over to it.
  const [low, high] = dot(subtract(points[1], points[0]), up) >= 0 ? points : [points[1], points[0]];
  const corner = add(low, scaled(up, dot(subtract(high, low), up)));
  return [
    ...line([low, corner], at, { role, label, dots: false }),
    ...line([corner, high], at, { role: 'help' }),
    ...line([low], at, { role, dots: true }),
    ...line([high], at, { role, dots: true }),
  ];
}

export function pickedLines(picking: Picking | null, places: readonly Picked[], at: OnScreen): OverlayLine[] {
  const points = places.map(({ pointInWorld }) => pointInWorld);
  return points.length === 0
    ? []
    : line(points, at, { role: 'picked', dots: true, closed: picking === 'area' && points.length > 2 });
}

export function answerLines(marks: readonly SpatialMark[], at: OnScreen): OverlayLine[] {
  return marks.flatMap(({ kind, points, label, role }) => {
    if (kind === 'box') return [...box(points, at, { role }), ...boxLabel(points, at, { role, label })];
    if (kind === 'polygon') return line(points, at, { role, label, closed: true });
    const shaft = line(points, at, { role, label, dots: kind === 'line' });
    return kind === 'arrow' ? [...shaft, ...arrowHead(shaft, role)] : shaft;
  });
}

const headPx = 10;

function arrowHead([shaft]: readonly OverlayLine[], role: OverlayLine['role']): OverlayLine[] {
  if (!shaft) return [];
  const [from, to] = [shaft.points[0], shaft.points[shaft.points.length - 1]];
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const barb = (by: number): Pixel => [to[0] - headPx * Math.cos(angle + by), to[1] - headPx * Math.sin(angle + by)];
  return [{ points: [barb(0.45), to, barb(-0.45)], closed: false, dots: false, role, label: '', at: null }];
}

/** Labels that would lie on another one are left out: what is answered or chosen keeps its own. */
export function readable(lines: readonly OverlayLine[]): OverlayLine[] {
  const rank = ({ role }: OverlayLine): number =>
    ['answer', 'chosen', 'picked', 'thing', 'measure', 'help'].indexOf(role);
  const kept: OverlayLine[] = [];
  const hidden = new Set<OverlayLine>();
  for (const each of [...lines].sort((a, b) => rank(a) - rank(b))) {
    const { at, label } = each;
    if (!at || label === '') continue;
    // About seven pixels a letter at 12 px, and a line is 22 px high.
    const isFree = kept.every(
      (other) =>
        Math.abs(other.at![1] - at[1]) > 24 ||
        Math.abs(other.at![0] - at[0]) > 3.5 * (label.length + other.label.length) + 16,
    );
    if (isFree) kept.push(each);
    else hidden.add(each);
  }
  return lines.map((each) => (hidden.has(each) ? { ...each, label: '' } : each));
}
