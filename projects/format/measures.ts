// What the user has measured: picked places kept in camera axes, and the numbers that follow from where their frames are now.

import type { FrameBox } from './frame-box.ts';
import { inMetres, type Quantity, type QuantityKind, type Scale } from './quantity.ts';
import type { FrameId } from './scene.ts';
import { add, compose, cross, dot, length, scaled, subtract, transformPoint, type Sim3, type Vec3 } from './sim3.ts';

/** A picked place, kept in the camera axes of a frame that saw it: it moves with the frame when poses are refined. */
export interface Anchor {
  frameId: FrameId;
  pointInCamera: Vec3;
  /** One standard deviation of its place along any axis, camera units: picking, disagreement of the views, their number and trust. */
  sigma: number;
  /** Photos that saw the place. */
  views: number;
}

export const pointMeasureKinds = ['distance', 'polyline', 'height', 'angle', 'area', 'point'] as const;
export type PointMeasureKind = (typeof pointMeasureKinds)[number];

export type Measure = { id: string; name: string } & (
  | { kind: PointMeasureKind; anchors: Anchor[] }
  /** Edges of a thing; `sigma` in world units, for each edge. */
  | { kind: 'box'; box: FrameBox; sigma: number }
);
export type MeasureKind = Measure['kind'];

/** How many places a measure needs, and takes at most. */
export const placesNeeded: Readonly<Record<PointMeasureKind, readonly [least: number, most: number]>> = {
  point: [1, 1],
  distance: [2, 2],
  polyline: [2, 200],
  height: [2, 2],
  angle: [3, 3],
  area: [3, 200],
};

export interface NamedQuantity extends Quantity {
  name: string;
}

export interface MeasuredValue {
  /** What the measure says first, then its parts. */
  quantities: readonly [NamedQuantity, ...NamedQuantity[]];
  /** Places in world axes: the picked ones, or the eight corners of a box (bit 0 of the index x, bit 1 y, bit 2 z). */
  points: readonly Vec3[];
}

/**
 * The numbers of a measure.
 * @param worldFromCamera pose of a frame, null when this run does not have it
 * @param up unit vector in world axes
 * @returns null when a frame that holds it is not there (the measure belongs to another run)
 */
export function valueOf(
  measure: Measure,
  worldFromCamera: (frameId: FrameId) => Sim3 | null,
  up: Vec3,
  scale: Scale | null,
): MeasuredValue | null {
  if (measure.kind === 'box') return boxValue(measure, worldFromCamera(measure.box.frameId), scale);
  const points: Vec3[] = [];
  const sigmas: number[] = [];
  for (const { frameId, pointInCamera, sigma } of measure.anchors) {
    const pose = worldFromCamera(frameId);
    if (!pose) return null;
    points.push(transformPoint(pose, pointInCamera));
    sigmas.push(sigma * pose.scale);
  }
  const quantity = (name: string, kind: QuantityKind, of: (points: readonly Vec3[]) => number): NamedQuantity => ({
    name,
    ...inMetres(kind, of(points), sigmaOf(of, points, sigmas), scale),
  });
  const first = firstQuantity(measure.kind, quantity, up);
  const parts = partsOf(measure.kind, quantity, up);
  return { quantities: [first, ...parts], points };
}

type Quantify = (name: string, kind: QuantityKind, of: (points: readonly Vec3[]) => number) => NamedQuantity;

function firstQuantity(kind: PointMeasureKind, quantity: Quantify, up: Vec3): NamedQuantity {
  switch (kind) {
    case 'point':
      return quantity('x', 'length', ([p]) => p[0]);
    case 'distance':
    case 'polyline':
      return quantity('length', 'length', pathLength);
    case 'height':
      return quantity('height', 'length', ([a, b]) => Math.abs(dot(subtract(b, a), up)));
    case 'angle':
      return quantity('angle', 'angle', ([a, vertex, b]) => angleDeg(subtract(a, vertex), subtract(b, vertex)));
    case 'area':
      return quantity('area', 'area', polygonArea);
  }
}

function partsOf(kind: PointMeasureKind, quantity: Quantify, up: Vec3): NamedQuantity[] {
  if (kind === 'point') return [1, 2].map((k) => quantity('xyz'[k], 'length', ([p]) => p[k]));
  if (kind === 'area') return [quantity('outline', 'length', (corners) => pathLength([...corners, corners[0]]))];
  if (kind !== 'distance') return [];
  const level = (p: Vec3): Vec3 => subtract(p, scaled(up, dot(p, up)));
  return [
    quantity('level', 'length', ([a, b]) => length(subtract(level(b), level(a)))),
    quantity('rise', 'length', ([a, b]) => dot(subtract(b, a), up)),
  ];
}

function boxValue(
  { box, sigma }: Measure & { kind: 'box' },
  pose: Sim3 | null,
  scale: Scale | null,
): MeasuredValue | null {
  if (!pose) return null;
  const worldFromBox = compose(pose, box.cameraFromBox);
  const edges = box.halfSize.map((half) => 2 * half * worldFromBox.scale);
  const names = ['width', 'depth', 'height'];
  const quantities = edges.map((edge, k) => ({ name: names[k], ...inMetres('length', edge, sigma, scale) }));
  const longest = Math.max(...edges);
  return {
    quantities: [{ name: 'longest side', ...inMetres('length', longest, sigma, scale) }, ...quantities],
    points: boxCorners(worldFromBox, box.halfSize),
  };
}

/** Corners of a box in the axes that it is mapped to; bit 0 of the index is the side along x, bit 1 along y, bit 2 along z. */
export function boxCorners(targetFromBox: Sim3, [hx, hy, hz]: Vec3): Vec3[] {
  return Array.from({ length: 8 }, (_, i) =>
    transformPoint(targetFromBox, [i & 1 ? hx : -hx, i & 2 ? hy : -hy, i & 4 ? hz : -hz]),
  );
}

/** Pairs of corners that are edges of the box. */
export const boxEdges: readonly (readonly [number, number])[] = Array.from({ length: 8 }, (_, i) => i).flatMap((i) =>
  [1, 2, 4].flatMap((bit) => (i & bit ? [] : [[i, i | bit] as const])),
);

export const pathLength = (points: readonly Vec3[]): number =>
  points.slice(1).reduce((sum, point, i) => sum + length(subtract(point, points[i])), 0);

/** Angle between two vectors, 0…180 degrees. */
export const angleDeg = (a: Vec3, b: Vec3): number => (Math.atan2(length(cross(a, b)), dot(a, b)) * 180) / Math.PI;

/**
 * Area of a polygon whose corners lie nearly in a plane: half the length of the sum of the cross products of neighbouring corners
 * (the vector area, M. Newell's normal), which is the area of its projection onto the plane that fits it best in that sense.
 */
export function polygonArea(corners: readonly Vec3[]): number {
  const [origin] = corners;
  let sum: Vec3 = [0, 0, 0];
  corners.forEach((corner, i) => {
    const next = corners[(i + 1) % corners.length];
    sum = add(sum, cross(subtract(corner, origin), subtract(next, origin)));
  });
  return length(sum) / 2;
}

/**
 * One standard deviation of a function of places that err independently and alike along all axes: first-order propagation,
 * σ² = Σ σᵢ² |∂f/∂pᵢ|², with derivatives by central differences.
 */
export function sigmaOf(
  of: (points: readonly Vec3[]) => number,
  points: readonly Vec3[],
  sigmas: readonly number[],
): number {
  let variance = 0;
  points.forEach((point, i) => {
    const step = Math.max(1e-6 * (1 + length(point)), sigmas[i] / 10);
    for (let k = 0; k < 3; k++) {
      const moved = (by: number): number =>
        of(points.map((p, j) => (j === i ? (p.map((x, m) => (m === k ? x + by : x)) as unknown as Vec3) : p)));
      variance += (((moved(step) - moved(-step)) / (2 * step)) * sigmas[i]) ** 2;
    }
  });
  return Math.sqrt(variance);
}
