// One connected piece of reconstruction: placed photos, their lenses, and points with the features that show them.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import type { Matrix3 } from '../linear-algebra/matrix3.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { featureKey, featureOfKey, imageOfKey, type FeatureKey } from './feature-key.ts';
import type { MatchGraph } from './match-graph.ts';

/** A lens that one or several photos share. Lengths are pixels of the working size of the photos. */
export interface MapCamera {
  widthPx: number;
  heightPx: number;
  focalPx: number;
  k1: number;
  k2: number;
  /** Focal length believed before any photo was placed, and its relative standard deviation. */
  priorFocalPx: number;
  priorSpread: number;
}

/** Never changed: a photo that moves gets another one. */
export interface Pose {
  /** cameraFromWorld */
  readonly rotation: Matrix3;
  readonly translation: Float64Array;
}

/** What a lens was at some time. */
export type LensShape = Readonly<Pick<MapCamera, 'focalPx' | 'k1' | 'k2'>>;

/** Rays that are held: of some hundred photos. */
const mostRayBytes = 4 * 2 ** 20;

export interface MapPoint {
  x: number;
  y: number;
  z: number;
  track: FeatureKey[];
}

export const cameraIntrinsics = ({ widthPx, heightPx, focalPx, k1, k2 }: MapCamera): Intrinsics => ({
  widthPx,
  heightPx,
  fxPx: focalPx,
  fyPx: focalPx,
  cxPx: widthPx / 2,
  cyPx: heightPx / 2,
  k1,
  k2,
});

export class SceneMap {
  readonly graph: MatchGraph;
  /** Per image of the graph: the index of its camera. */
  readonly cameraOf: number[];
  readonly cameras: MapCamera[];
  readonly poses = new Map<number, Pose>();
  readonly points = new Map<number, MapPoint>();
  private readonly pointOf = new Map<number, Int32Array>();
  private nextPointId = 0;
  private readonly rays = new RecentlyUsed<number, { lens: LensShape; rays: Float64Array }>(mostRayBytes);
  private readonly shapes: LensShape[] = [];

  constructor(graph: MatchGraph, cameras: readonly MapCamera[], cameraOf: number[]) {
    this.graph = graph;
    this.cameras = cameras.map((camera) => ({ ...camera }));
    this.cameraOf = cameraOf;
  }

  copy(): SceneMap {
    const copy = new SceneMap(this.graph, this.cameras, this.cameraOf);
    for (const [image, pose] of this.poses) copy.place(image, pose);
    copy.restorePoints([...this.points].map(([id, point]) => [id, { ...point, track: [...point.track] }]));
    return copy;
  }

  place(imageIdx: number, pose: Pose): void {
    this.poses.set(imageIdx, pose);
  }

  /** Takes a photo out again, with everything that only it supported. */
  remove(imageIdx: number): void {
    const owned = this.pointOf.get(imageIdx);
    owned?.forEach((pointId, featureIdx) => {
      if (pointId >= 0) this.dropObservation(pointId, featureKey(imageIdx, featureIdx));
    });
    this.pointOf.delete(imageIdx);
    this.poses.delete(imageIdx);
  }

  /** Point that a feature shows, or −1. */
  pointAt(imageIdx: number, featureIdx: number): number {
    return this.pointOf.get(imageIdx)?.[featureIdx] ?? -1;
  }

  addPoint(x: number, y: number, z: number, track: FeatureKey[]): number {
    const id = this.nextPointId++;
    this.points.set(id, { x, y, z, track });
    for (const key of track) this.own(key, id);
    return id;
  }

  /** Points as they were saved, with their numbers. */
  restorePoints(points: readonly (readonly [number, MapPoint])[]): void {
    for (const [id, point] of points) {
      this.points.set(id, point);
      for (const key of point.track) this.own(key, id);
      this.nextPointId = Math.max(this.nextPointId, id + 1);
    }
  }

  addObservation(pointId: number, key: FeatureKey): void {
    const point = this.points.get(pointId);
    // A longer array instead of a push, which would leave room for sixteen more.
    if (point) point.track = point.track.concat(key);
    this.own(key, pointId);
  }

  /** A point that fewer than two photos show is no point. */
  dropObservation(pointId: number, key: FeatureKey): void {
    const point = this.points.get(pointId);
    if (!point) return;
    this.own(key, -1);
    point.track = point.track.filter((other) => other !== key);
    if (point.track.length < 2) this.dropPoint(pointId);
  }

  dropPoint(pointId: number): void {
    for (const key of this.points.get(pointId)?.track ?? []) this.own(key, -1);
    this.points.delete(pointId);
  }

  /** Number of features of a photo that show a point. */
  observedBy(imageIdx: number): number {
    let count = 0;
    for (const id of this.pointOf.get(imageIdx) ?? []) if (id >= 0) count++;
    return count;
  }

  cameraOfImage(imageIdx: number): MapCamera {
    return this.cameras[this.cameraOf[imageIdx]];
  }

  /** Two numbers per feature: its ray at depth 1, distortion undone. */
  raysOf(imageIdx: number): Float64Array {
    const lens = this.lensShape(imageIdx);
    const known = this.rays.get(imageIdx);
    if (known?.lens === lens && known.rays.length === 2 * this.graph.images[imageIdx].count) return known.rays;
    const rays = raysThrough(this.graph, imageIdx, this.cameraOfImage(imageIdx));
    this.rays.set(imageIdx, { lens, rays }, rays.byteLength);
    return rays;
  }

  /** The lens of a photo as it is: the same object for as long as nothing changes. */
  lensShape(imageIdx: number): LensShape {
    const cameraIdx = this.cameraOf[imageIdx];
    const { focalPx, k1, k2 } = this.cameras[cameraIdx];
    const known = this.shapes.at(cameraIdx);
    if (known?.focalPx === focalPx && known.k1 === k1 && known.k2 === k2) return known;
    return (this.shapes[cameraIdx] = { focalPx, k1, k2 });
  }

  /** Squared reprojection error in pixels²; infinite behind the camera. */
  squaredError(imageIdx: number, featureIdx: number, point: { x: number; y: number; z: number }): number {
    const pose = this.poses.get(imageIdx);
    if (!pose) return Infinity;
    const camera = this.cameraOfImage(imageIdx);
    const { rotation: r, translation: t } = pose;
    const z = r[6] * point.x + r[7] * point.y + r[8] * point.z + t[2];
    if (!(z > 1e-9)) return Infinity;
    const u = (r[0] * point.x + r[1] * point.y + r[2] * point.z + t[0]) / z;
    const v = (r[3] * point.x + r[4] * point.y + r[5] * point.z + t[1]) / z;
    const r2 = u * u + v * v;
    const scale = camera.focalPx * (1 + r2 * (camera.k1 + r2 * camera.k2));
    const features = this.graph.images[imageIdx];
    const ex = u * scale + camera.widthPx / 2 - features.xPx[featureIdx];
    const ey = v * scale + camera.heightPx / 2 - features.yPx[featureIdx];
    return ex * ex + ey * ey;
  }

  /**
   * Largest reprojection error that still counts as agreement: 0.6 % of the longer side up to 640 pixels, and with the root of it beyond,
   * as features of larger photos are found more sharply.
   */
  tolerance(imageIdx: number): number {
    const { widthPx, heightPx } = this.cameraOfImage(imageIdx);
    const side = Math.max(widthPx, heightPx);
    return 0.006 * Math.min(side, Math.sqrt(640 * side));
  }

  private own(key: FeatureKey, pointId: number): void {
    const imageIdx = imageOfKey(key);
    let owned = this.pointOf.get(imageIdx);
    const { count } = this.graph.images[imageIdx];
    if (owned?.length !== count) {
      // An image may have got more features since.
      const wider = new Int32Array(count).fill(-1);
      wider.set(owned ?? []);
      owned = wider;
      this.pointOf.set(imageIdx, owned);
    }
    owned[featureOfKey(key)] = pointId;
  }
}

export function raysThrough(graph: MatchGraph, imageIdx: number, camera: MapCamera): Float64Array {
  const { count, xPx, yPx } = graph.images[imageIdx];
  const intrinsics = cameraIntrinsics(camera);
  const rays = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = rayThroughPixel(intrinsics, xPx[i], yPx[i]);
    rays[2 * i] = x;
    rays[2 * i + 1] = y;
  }
  return rays;
}

/** Centre of a placed camera in the world. */
export function centerOfPose({ rotation: r, translation: t }: Pose): [number, number, number] {
  return [
    -(r[0] * t[0] + r[3] * t[1] + r[6] * t[2]),
    -(r[1] * t[0] + r[4] * t[1] + r[7] * t[2]),
    -(r[2] * t[0] + r[5] * t[1] + r[8] * t[2]),
  ];
}
