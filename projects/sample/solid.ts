// The shapes a scene is made of, and where a ray meets them: box, rounded box, ellipsoid, frustum of a cone, in any orientation.

import { meetBox, meetCone, meetEllipsoid, meetRounded, roundedDistance, type Hit, type OwnRay } from './intersect.ts';
import { matrixFromQuaternion, multiplyQuaternions, type Quaternion, type Vec3 } from '../format/sim3.ts';

/** Linear light, red green blue. */
export type Rgb = [number, number, number];

/** Where a ray met a surface, in the solid's own axes and in the world; shared and overwritten by every query. */
export interface SurfacePoint {
  /** Own axes, metres. */
  x: number;
  y: number;
  z: number;
  worldX: number;
  worldY: number;
  worldZ: number;
  /** Own axis (0, 1, 2) that the normal follows most, and its sign. */
  axis: number;
  sign: number;
  /** The two other own coordinates: (y, z), (x, z) or (x, y). */
  u: number;
  v: number;
}

/** Diffuse colour of a surface, written to `out`. */
export type Material = (at: SurfacePoint, out: Rgb) => void;

export type SolidKind = 'box' | 'rounded' | 'ellipsoid' | 'cone';

export interface SolidOptions {
  centre: Vec3;
  /** Half lengths along the own axes. Cones stand along z with bottom radius half[0]. */
  half: Vec3;
  material: Material;
  instanceId: number;
  /** Degrees about the vertical (world z), applied last. */
  yawDeg?: number;
  /** Degrees about the own x axis, then about the own y axis. */
  pitchDeg?: number;
  rollDeg?: number;
  /** Rounded box: radius of its edges. Cone: radius at the top. */
  round?: number;
  /** A cone without caps: a lampshade. */
  open?: boolean;
  /** Light it gives off per area; seen, and lighting others when it is a lamp of the scene. */
  emission?: number;
}

const aboutAxis = (axis: 0 | 1 | 2, deg: number): Quaternion => {
  const half = (deg * Math.PI) / 360;
  const q: [number, number, number, number] = [0, 0, 0, Math.cos(half)];
  q[axis] = Math.sin(half);
  return q;
};

// Written anew for every query: billions of rays are traced, one object each would be the collector's work.
const own: OwnRay = { ox: 0, oy: 0, oz: 0, dx: 0, dy: 0, dz: 0, near: 0 };

export class Solid {
  readonly kind: SolidKind;
  readonly centre: Vec3;
  readonly half: Vec3;
  readonly round: number;
  readonly open: boolean;
  readonly emission: number;
  readonly material: Material;
  readonly instanceId: number;
  /** Rotation worldFromOwn, 9 numbers row by row. */
  readonly m: readonly number[];
  /** World bounds. */
  readonly min: Vec3;
  readonly max: Vec3;

  constructor(kind: SolidKind, options: SolidOptions) {
    const { centre, half, yawDeg = 0, pitchDeg = 0, rollDeg = 0 } = options;
    this.kind = kind;
    this.centre = centre;
    this.half = half;
    this.round = options.round ?? (kind === 'cone' ? half[0] : 0);
    this.open = options.open ?? false;
    this.emission = options.emission ?? 0;
    this.material = options.material;
    this.instanceId = options.instanceId;
    const tilt = multiplyQuaternions(aboutAxis(1, rollDeg), aboutAxis(0, pitchDeg));
    this.m = matrixFromQuaternion(multiplyQuaternions(aboutAxis(2, yawDeg), tilt));
    const wide = kind === 'cone' ? Math.max(half[0], this.round) : 0;
    const reach = kind === 'cone' ? [wide, wide, half[2]] : half;
    const extent = [0, 1, 2].map((row) => [0, 1, 2].reduce((s, k) => s + Math.abs(this.m[row * 3 + k]) * reach[k], 0));
    this.min = [centre[0] - extent[0], centre[1] - extent[1], centre[2] - extent[2]];
    this.max = [centre[0] + extent[0], centre[1] + extent[1], centre[2] + extent[2]];
  }

  /** Nearest meeting with t in (nearest, hit.t); updates `hit` and answers true when there is one. World ray, direction of any length. */
  intersect(o: Vec3, d: Vec3, nearest: number, hit: Hit): boolean {
    const { m, centre } = this;
    const px = o[0] - centre[0];
    const py = o[1] - centre[1];
    const pz = o[2] - centre[2];
    own.ox = m[0] * px + m[3] * py + m[6] * pz;
    own.oy = m[1] * px + m[4] * py + m[7] * pz;
    own.oz = m[2] * px + m[5] * py + m[8] * pz;
    own.dx = m[0] * d[0] + m[3] * d[1] + m[6] * d[2];
    own.dy = m[1] * d[0] + m[4] * d[1] + m[7] * d[2];
    own.dz = m[2] * d[0] + m[5] * d[1] + m[8] * d[2];
    own.near = nearest;
    return this.intersectOwn(own, hit);
  }

  /** The same for a ray in the solid's own axes. */
  intersectOwn(ray: OwnRay, hit: Hit): boolean {
    if (this.kind === 'box') return meetBox(this.half, ray, hit);
    if (this.kind === 'rounded') return meetRounded(this.half, this.round, ray, hit);
    if (this.kind === 'ellipsoid') return meetEllipsoid(this.half, ray, hit);
    return meetCone(this.half, this.round, this.open, ray, hit);
  }

  /** True when a world point lies inside, by more than `marginM`. */
  contains(p: Vec3, marginM: number): boolean {
    for (let k = 0; k < 3; k++) if (p[k] < this.min[k] || p[k] > this.max[k]) return false;
    if (this.open) return false;
    const { m, centre, half } = this;
    const q = [p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]];
    const own = [0, 1, 2].map((k) => m[k] * q[0] + m[3 + k] * q[1] + m[6 + k] * q[2]);
    if (this.kind === 'ellipsoid')
      return Math.hypot(own[0] / half[0], own[1] / half[1], own[2] / half[2]) < 1 - marginM;
    if (this.kind === 'cone') {
      const radius = (half[0] * (half[2] - own[2]) + this.round * (half[2] + own[2])) / (2 * half[2]);
      return Math.abs(own[2]) < half[2] - marginM && Math.hypot(own[0], own[1]) < radius - marginM;
    }
    return roundedDistance(half, this.round, own[0], own[1], own[2]) < -marginM;
  }
}

export const newSurface = (): SurfacePoint => ({
  x: 0,
  y: 0,
  z: 0,
  worldX: 0,
  worldY: 0,
  worldZ: 0,
  axis: 0,
  sign: 1,
  u: 0,
  v: 0,
});
/** Fills `at` with what a material wants to know about a hit. */
export function surfaceAt({ m, centre }: Solid, { x, y, z, nx, ny, nz }: Hit, at: SurfacePoint): void {
  at.x = x;
  at.y = y;
  at.z = z;
  at.worldX = centre[0] + m[0] * x + m[1] * y + m[2] * z;
  at.worldY = centre[1] + m[3] * x + m[4] * y + m[5] * z;
  at.worldZ = centre[2] + m[6] * x + m[7] * y + m[8] * z;
  const [ax, ay, az] = [Math.abs(nx), Math.abs(ny), Math.abs(nz)];
  at.axis = ax >= ay && ax >= az ? 0 : ay >= az ? 1 : 2;
  at.sign = (at.axis === 0 ? nx : at.axis === 1 ? ny : nz) < 0 ? -1 : 1;
  at.u = at.axis === 0 ? y : x;
  at.v = at.axis === 2 ? y : z;
}
