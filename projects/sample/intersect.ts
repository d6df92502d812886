// Where a ray in a solid's own axes meets it: box, rounded box, ellipsoid, frustum of a cone. All answer whether they found something
// nearer than hit.t, and then write it there.

import type { Vec3 } from '../format/sim3.ts';

export interface Hit {
  t: number;
  /** Position and unit normal in own axes; the normal faces the ray. */
  x: number;
  y: number;
  z: number;
  nx: number;
  ny: number;
  nz: number;
}

/** A ray in own axes, of any length; only what lies beyond `near` counts. Callers may use one again and again. */
export interface OwnRay {
  ox: number;
  oy: number;
  oz: number;
  dx: number;
  dy: number;
  dz: number;
  near: number;
}

function keep(hit: Hit, ray: OwnRay, t: number, nx: number, ny: number, nz: number): true {
  hit.t = t;
  hit.x = ray.ox + t * ray.dx;
  hit.y = ray.oy + t * ray.dy;
  hit.z = ray.oz + t * ray.dz;
  hit.nx = nx;
  hit.ny = ny;
  hit.nz = nz;
  return true;
}

export function meetBox(half: Vec3, ray: OwnRay, hit: Hit): boolean {
  const { ox, oy, oz, dx, dy, dz, near } = ray;
  const ix = 1 / dx;
  const iy = 1 / dy;
  const iz = 1 / dz;
  const ax = Math.abs(ix) * half[0];
  const ay = Math.abs(iy) * half[1];
  const az = Math.abs(iz) * half[2];
  const enterX = -ox * ix - ax;
  const enterY = -oy * iy - ay;
  const enterZ = -oz * iz - az;
  const leaveX = -ox * ix + ax;
  const leaveY = -oy * iy + ay;
  const leaveZ = -oz * iz + az;
  const enter = Math.max(enterX, enterY, enterZ);
  const leave = Math.min(leaveX, leaveY, leaveZ);
  if (!(enter <= leave) || leave <= near) return false;
  const outside = enter > near;
  const t = outside ? enter : leave;
  if (t >= hit.t) return false;
  const face = outside ? (t === enterX ? 0 : t === enterY ? 1 : 2) : t === leaveX ? 0 : t === leaveY ? 1 : 2;
  return keep(
    hit,
    ray,
    t,
    face === 0 ? -Math.sign(dx) : 0,
    face === 1 ? -Math.sign(dy) : 0,
    face === 2 ? -Math.sign(dz) : 0,
  );
}

/** Signed distance to a box whose edges are rounded with radius r (inside the half lengths). */
export function roundedDistance(half: Vec3, r: number, x: number, y: number, z: number): number {
  const qx = Math.abs(x) - half[0] + r;
  const qy = Math.abs(y) - half[1] + r;
  const qz = Math.abs(z) - half[2] + r;
  const outside = Math.hypot(Math.max(qx, 0), Math.max(qy, 0), Math.max(qz, 0));
  return outside + Math.min(Math.max(qx, qy, qz), 0) - r;
}

const bounding: Hit = { t: 0, x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0 };

/** Walks the signed distance (sphere tracing) from where the ray enters the bounding box. */
export function meetRounded(half: Vec3, r: number, ray: OwnRay, hit: Hit): boolean {
  const { ox, oy, oz, dx, dy, dz, near } = ray;
  bounding.t = hit.t;
  const inside = Math.abs(ox) < half[0] && Math.abs(oy) < half[1] && Math.abs(oz) < half[2];
  if (!inside && !meetBox(half, ray, bounding)) return false;
  const speed = Math.hypot(dx, dy, dz);
  let t = inside ? near : bounding.t;
  for (let step = 0; step < 48 && t < hit.t; step++) {
    const x = ox + t * dx;
    const y = oy + t * dy;
    const z = oz + t * dz;
    const distance = roundedDistance(half, r, x, y, z);
    if (distance < 2e-5) {
      const nx = Math.sign(x) * Math.max(Math.abs(x) - half[0] + r, 0);
      const ny = Math.sign(y) * Math.max(Math.abs(y) - half[1] + r, 0);
      const nz = Math.sign(z) * Math.max(Math.abs(z) - half[2] + r, 0);
      const l = Math.hypot(nx, ny, nz);
      return l > 0 && keep(hit, ray, t, nx / l, ny / l, nz / l);
    }
    if (
      distance > 0.01 &&
      step > 0 &&
      (Math.abs(x) > half[0] + 1e-6 || Math.abs(y) > half[1] + 1e-6 || Math.abs(z) > half[2] + 1e-6)
    )
      return false;
    t += distance / speed;
  }
  return false;
}

export function meetEllipsoid(half: Vec3, ray: OwnRay, hit: Hit): boolean {
  const { ox, oy, oz, dx, dy, dz, near } = ray;
  const [ax, ay, az] = half;
  const a = (dx / ax) ** 2 + (dy / ay) ** 2 + (dz / az) ** 2;
  const b = (ox * dx) / ax ** 2 + (oy * dy) / ay ** 2 + (oz * dz) / az ** 2;
  const c = (ox / ax) ** 2 + (oy / ay) ** 2 + (oz / az) ** 2 - 1;
  const root = b * b - a * c;
  if (root < 0) return false;
  let t = (-b - Math.sqrt(root)) / a;
  if (t <= near) t = (-b + Math.sqrt(root)) / a;
  if (t <= near || t >= hit.t) return false;
  const x = ox + t * dx;
  const y = oy + t * dy;
  const z = oz + t * dz;
  const nx = x / ax ** 2;
  const ny = y / ay ** 2;
  const nz = z / az ** 2;
  const l = (nx * dx + ny * dy + nz * dz > 0 ? -1 : 1) / Math.hypot(nx, ny, nz);
  return keep(hit, ray, t, nx * l, ny * l, nz * l);
}

export function meetCone(half: Vec3, round: number, open: boolean, ray: OwnRay, hit: Hit): boolean {
  const { ox, oy, oz, dx, dy, dz, near } = ray;
  const h = half[2];
  const mean = (half[0] + round) / 2;
  const slope = (round - half[0]) / (2 * h);
  let found = false;
  const r0 = mean + slope * oz;
  const a = dx * dx + dy * dy - slope * slope * dz * dz;
  const b = ox * dx + oy * dy - slope * r0 * dz;
  const c = ox * ox + oy * oy - r0 * r0;
  const root = b * b - a * c;
  if (root >= 0 && a !== 0) {
    const s = Math.sqrt(root);
    for (const t of a > 0 ? [(-b - s) / a, (-b + s) / a] : [(-b + s) / a, (-b - s) / a]) {
      const z = oz + t * dz;
      if (t <= near || t >= hit.t || Math.abs(z) > h) continue;
      const x = ox + t * dx;
      const y = oy + t * dy;
      const nz = -slope * (mean + slope * z);
      const l = (x * dx + y * dy + nz * dz > 0 ? -1 : 1) / Math.hypot(x, y, nz);
      found = keep(hit, ray, t, x * l, y * l, nz * l);
      break;
    }
  }
  if (open) return found;
  for (const side of [-1, 1]) {
    const t = (side * h - oz) / dz;
    const x = ox + t * dx;
    const y = oy + t * dy;
    const radius = side < 0 ? half[0] : round;
    if (t > near && t < hit.t && x * x + y * y <= radius * radius) found = keep(hit, ray, t, 0, 0, -Math.sign(dz));
  }
  return found;
}
