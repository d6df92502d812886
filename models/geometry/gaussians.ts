// Gaussians from the points of any method: one flat disc per point, as large as its pixel on the surface, or what the method itself predicts
// for that point; kept once per surface either way.
//
// A point that an earlier frame already shows, seen about as straight and as near, is left out, so a scene does not grow with every
// redundant photo. Opacity follows the method's confidence and the agreement of the other views: seen again raises it, seen
// through lowers it. Everything stays in camera axes, so Gaussians move with their frame when its pose is refined.

import { noFeature, type GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import { projectPoint, resized, type Intrinsics } from '../../projects/format/intrinsics.ts';
import type { PointColumns, PointGaussians } from '../../projects/format/point-chunk.ts';
import {
  compose,
  inverse,
  matrixFromQuaternion,
  quaternionFromMatrix,
  type Quaternion,
  type Sim3,
  type Vec3,
} from '../../projects/format/sim3.ts';

/** What another view says about a place: its depth grid and where it stands. */
export interface DepthView {
  worldFromCamera: Sim3;
  /** At grid size. */
  intrinsics: Intrinsics;
  /** gridHeight × gridWidth camera-axes z; NaN where there is no point. */
  depths: Float32Array;
  /** gridHeight × gridWidth: 1 where a Gaussian of this view was kept, which need not be shown again; null while none are made. */
  shown: Uint8Array | null;
}

/** The depth grid of a frame, from its point columns. @param made its Gaussians; null while they are not made */
export function depthViewOf(
  points: PointColumns,
  worldFromCamera: Sim3,
  intrinsics: Intrinsics,
  made: GaussianColumns | null,
): DepthView {
  const { gridWidthPx: width, gridHeightPx: height } = points;
  const depths = new Float32Array(width * height).fill(NaN);
  for (let i = 0; i < points.count; i++)
    depths[points.pixels[2 * i + 1] * width + points.pixels[2 * i]] = points.positions[3 * i + 2];
  const camera = resized(intrinsics, width, height);
  return {
    worldFromCamera,
    intrinsics: camera,
    depths,
    shown: made && pixelsOf(made, camera, points.gaussians ? 1 : 0),
  };
}

/** 1 at the pixels in which Gaussians lie. @param reach pixels around: Gaussians that a method predicts stand a little beside their points */
function pixelsOf({ count, means }: GaussianColumns, camera: Intrinsics, reach: number): Uint8Array {
  const { widthPx, heightPx } = camera;
  const shown = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < count; i++) {
    const [x, y] = projectPoint(camera, [means[3 * i], means[3 * i + 1], means[3 * i + 2]]) ?? [-9, -9];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    for (let r = Math.max(0, row - reach); r <= Math.min(heightPx - 1, row + reach); r++)
      for (let c = Math.max(0, column - reach); c <= Math.min(widthPx - 1, column + reach); c++)
        shown[r * widthPx + c] = 1;
  }
  return shown;
}

/** Two depths agree within this share of the depth. */
const agreement = 0.02;
/** What another view shows at pixels up to so much wider on the surface is not shown again: finer would double the splats for 0.2 dB. */
const coarser = 2;
/** A view looks through a point when it sees this much deeper. */
const seenThrough = 0.06;
/** Standard deviation of a disc in units of its pixel's width on the surface: smaller leaves gaps, larger blurs. */
const discWidth = 0.48;
/** A grazing surface stretches its discs at most so far. */
const maxStretch = 3;

/**
 * Gaussians of one frame's points.
 * @param points final points of the frame; the order is kept
 * @param view the frame's own depth view
 * @param others depth views of frames that overlap, in any order
 */
export function gaussiansFromPoints(
  points: PointColumns,
  view: DepthView,
  others: readonly DepthView[],
): GaussianColumns {
  const columns = emptyColumns(points.count);
  const lookups = others.map((other) => lookupOf(other, view));
  const focal = (view.intrinsics.fxPx + view.intrinsics.fyPx) / 2;
  let n = 0;
  const { gaussians } = points;
  for (let i = 0; i < points.count; i++) {
    const [x, y, z] = [points.positions[3 * i], points.positions[3 * i + 1], points.positions[3 * i + 2]];
    if (!(z > 0) || gaussians?.colors[4 * i + 3] === 0) continue;
    const footprint = z / focal;
    const normal = normalOf(points.normals, i);
    const spacing = footprint / facing(normal, x, y, z);
    let agree = 0;
    let through = 0;
    let shown = false;
    for (const look of lookups) {
      const seen = look.at(x, y, z);
      if (seen === null) continue;
      if (Math.abs(seen.gap) < agreement) {
        agree++;
        const [cx, cy, cz] = look.centre;
        if (seen.shown && seen.footprint / facing(normal, x - cx, y - cy, z - cz) < coarser * spacing) shown = true;
      } else if (seen.gap > seenThrough) through++;
    }
    if (shown || through > agree + 1) continue;
    if (gaussians) {
      copyGaussian(columns, n, points.positions, gaussians, i);
      columns.colors[4 * n + 3] = Math.round(columns.colors[4 * n + 3] * Math.min(1, (agree + 1) / (1 + 2 * through)));
      n++;
      continue;
    }
    // Nearly opaque, or the ground would show through what a single view has seen.
    const trust = 0.55 + (0.3 * points.colors[4 * i + 3]) / 255 + 0.15 * Math.min(1, agree);
    const opacity = trust * Math.min(1, (agree + 1) / (1 + 2 * through));
    writeDisc(columns, n, points, i, footprint);
    columns.colors[4 * n + 3] = Math.round(255 * Math.max(0.05, Math.min(0.98, opacity)));
    n++;
  }
  return trimmed(columns, n);
}

interface Seen {
  /** (their depth − depth of the point in their camera) / depth of the point: positive when they look through it. */
  gap: number;
  /** Width of their pixel at that depth, in units of the frame's own axes. */
  footprint: number;
  /** A Gaussian of theirs was kept there. */
  shown: boolean;
}

interface Lookup {
  /** Where the other camera stands, in the frame's own camera axes. */
  centre: Vec3;
  /** What the other view says about a point in the frame's own camera axes. */
  at(x: number, y: number, z: number): Seen | null;
}

function lookupOf(other: DepthView, own: DepthView): Lookup {
  const otherFromOwn = compose(inverse(other.worldFromCamera), own.worldFromCamera);
  const r = matrixFromQuaternion(otherFromOwn.rotation).map((value) => value * otherFromOwn.scale);
  const t = otherFromOwn.translation;
  const { fxPx, fyPx, cxPx, cyPx, widthPx, heightPx, k1, k2 } = other.intrinsics;
  const focal = (fxPx + fyPx) / 2;
  const at = (x: number, y: number, z: number): Seen | null => {
    const oz = r[6] * x + r[7] * y + r[8] * z + t[2];
    if (!(oz > 0)) return null;
    const u = (r[0] * x + r[1] * y + r[2] * z + t[0]) / oz;
    const v = (r[3] * x + r[4] * y + r[5] * z + t[1]) / oz;
    const r2 = u * u + v * v;
    const d = 1 + r2 * (k1 + r2 * k2);
    const column = Math.floor(fxPx * u * d + cxPx);
    const row = Math.floor(fyPx * v * d + cyPx);
    if (column < 0 || row < 0 || column >= widthPx || row >= heightPx) return null;
    const depth = other.depths[row * widthPx + column];
    if (!(depth > 0)) return null;
    const shown = other.shown !== null && other.shown[row * widthPx + column] === 1;
    return { gap: (depth - oz) / oz, footprint: oz / focal / otherFromOwn.scale, shown };
  };
  return { centre: inverse(otherFromOwn).translation, at };
}

/** Unit normal of point i; null where it is not known. */
function normalOf(normals: Int8Array, i: number): Vec3 | null {
  const [x, y, z] = [normals[3 * i], normals[3 * i + 1], normals[3 * i + 2]];
  const length = Math.hypot(x, y, z);
  return length < 1 ? null : [x / length, y / length, z / length];
}

/** Cosine of the angle at which a ray meets a surface, not less than what discs are stretched for; 1 without a normal. */
function facing(normal: Vec3 | null, dx: number, dy: number, dz: number): number {
  if (normal === null) return 1;
  return Math.max(1 / maxStretch, Math.abs(normal[0] * dx + normal[1] * dy + normal[2] * dz) / Math.hypot(dx, dy, dz));
}

/** Gaussian n as the method predicts it for point i. */
function copyGaussian(
  columns: GaussianColumns,
  n: number,
  positions: Float32Array,
  gaussians: PointGaussians,
  i: number,
): void {
  for (let k = 0; k < 3; k++) {
    columns.means[3 * n + k] = positions[3 * i + k] + gaussians.offsets[3 * i + k];
    columns.logScales[3 * n + k] = gaussians.logScales[3 * i + k];
  }
  for (let k = 0; k < 4; k++) {
    columns.rotations[4 * n + k] = gaussians.rotations[4 * i + k];
    columns.colors[4 * n + k] = gaussians.colors[4 * i + k];
  }
  columns.featureIdx[n] = noFeature;
}

/** Disc n from point i: flat along the normal, stretched where the surface leans away; a small ball where the normal is unknown. */
function writeDisc(columns: GaussianColumns, n: number, points: PointColumns, i: number, footprint: number): void {
  const sigma = discWidth * footprint;
  columns.means.set(points.positions.subarray(3 * i, 3 * i + 3), 3 * n);
  columns.colors.set(points.colors.subarray(4 * i, 4 * i + 3), 4 * n);
  columns.featureIdx[n] = noFeature;
  const normal = [points.normals[3 * i], points.normals[3 * i + 1], points.normals[3 * i + 2]];
  const normalLength = Math.hypot(...normal);
  if (normalLength < 1) {
    columns.logScales.fill(Math.log(sigma), 3 * n, 3 * n + 3);
    columns.rotations.set([0, 0, 0, 32767], 4 * n);
    return;
  }
  const unit: Vec3 = [normal[0] / normalLength, normal[1] / normalLength, normal[2] / normalLength];
  const [px, py, pz] = points.positions.subarray(3 * i, 3 * i + 3);
  const { rotation, facing } = discTowards(unit, [px, py, pz]);
  const stretch = Math.min(maxStretch, 1 / Math.max(Math.abs(facing), 1e-3));
  columns.logScales.set([Math.log(sigma * stretch), Math.log(sigma), Math.log(sigma * 0.12)], 3 * n);
  columns.rotations.set(
    rotation.map((value) => Math.round(value * 32767)),
    4 * n,
  );
}

/**
 * Rotation cameraFromDisc of a disc at `position`, its third axis the normal and its first the part of the viewing ray that lies in the surface, along
 * which a pixel covers more of it; and the cosine between normal and ray.
 * @param normal unit vector, camera axes
 */
export function discTowards(normal: Vec3, position: Vec3): { rotation: Quaternion; facing: number } {
  const [nx, ny, nz] = normal;
  const [px, py, pz] = position;
  const distance = Math.hypot(px, py, pz);
  const facing = (nx * px + ny * py + nz * pz) / distance;
  let ax = px / distance - facing * nx;
  let ay = py / distance - facing * ny;
  let az = pz / distance - facing * nz;
  let al = Math.hypot(ax, ay, az);
  if (al < 1e-3) {
    [ax, ay, az] = Math.abs(nx) < 0.9 ? [0, nz, -ny] : [-nz, 0, nx];
    al = Math.hypot(ax, ay, az);
  }
  [ax, ay, az] = [ax / al, ay / al, az / al];
  const [bx, by, bz] = [ny * az - nz * ay, nz * ax - nx * az, nx * ay - ny * ax];
  return { rotation: quaternionFromMatrix([ax, bx, nx, ay, by, ny, az, bz, nz]), facing };
}

export function emptyColumns(count: number): GaussianColumns {
  return {
    count,
    means: new Float32Array(3 * count),
    logScales: new Float32Array(3 * count),
    rotations: new Int16Array(4 * count),
    colors: new Uint8Array(4 * count),
    featureIdx: new Uint16Array(count),
  };
}

function trimmed(columns: GaussianColumns, count: number): GaussianColumns {
  return {
    count,
    means: columns.means.slice(0, 3 * count),
    logScales: columns.logScales.slice(0, 3 * count),
    rotations: columns.rotations.slice(0, 4 * count),
    colors: columns.colors.slice(0, 4 * count),
    featureIdx: columns.featureIdx.slice(0, count),
  };
}
