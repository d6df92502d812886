// A small made-up room for interface tests and screenshots: boxes with patterns, seen by cameras on an arc. Pure arithmetic, no files.

import { pinhole, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import { emptyPointColumns, type PointColumns } from '../../../projects/format/point-chunk.ts';
import {
  cross,
  normalized,
  quaternionFromMatrix,
  rotate,
  subtract,
  type Sim3,
  type Vec3,
} from '../../../projects/format/sim3.ts';

interface Box {
  min: Vec3;
  max: Vec3;
  color: Vec3;
  pattern: 'plain' | 'planks' | 'tiles' | 'books';
}

// World: y down, floor at y = 0, metres. The first box is the room itself, seen from inside.
const boxes: readonly Box[] = [
  { min: [-3, -2.6, -2.5], max: [3, 0, 3.5], color: [0.78, 0.74, 0.68], pattern: 'planks' },
  { min: [-1.1, -0.74, 0.4], max: [0.9, -0.68, 1.4], color: [0.62, 0.42, 0.25], pattern: 'planks' },
  { min: [-1.05, -0.7, 0.45], max: [-0.95, 0, 0.55], color: [0.5, 0.33, 0.2], pattern: 'plain' },
  { min: [0.75, -0.7, 0.45], max: [0.85, 0, 0.55], color: [0.5, 0.33, 0.2], pattern: 'plain' },
  { min: [0.75, -0.7, 1.25], max: [0.85, 0, 1.35], color: [0.5, 0.33, 0.2], pattern: 'plain' },
  { min: [-2.95, -2.1, 2.9], max: [-1.2, 0, 3.45], color: [0.35, 0.45, 0.5], pattern: 'books' },
  { min: [1.6, -0.45, 1.0], max: [2.8, 0, 2.9], color: [0.2, 0.42, 0.45], pattern: 'tiles' },
  { min: [2.6, -0.95, 1.0], max: [2.9, -0.4, 2.9], color: [0.18, 0.38, 0.42], pattern: 'tiles' },
  { min: [-0.4, -0.98, 0.7], max: [-0.1, -0.74, 1.0], color: [0.83, 0.35, 0.25], pattern: 'tiles' },
  { min: [0.3, -0.82, 0.8], max: [0.6, -0.74, 1.1], color: [0.9, 0.75, 0.3], pattern: 'plain' },
  { min: [-0.3, -0.46, -0.4], max: [0.2, -0.41, 0.1], color: [0.7, 0.25, 0.2], pattern: 'plain' },
  { min: [-0.3, -0.95, -0.45], max: [0.2, -0.4, -0.4], color: [0.7, 0.25, 0.2], pattern: 'planks' },
];

/** Where the camera of one photo stands: on an arc, looking at the table. */
export function roomCamera(idx: number, total: number): { worldFromCamera: Sim3; intrinsics: Intrinsics } {
  const share = total > 1 ? idx / (total - 1) : 0.5;
  const angle = -0.95 + 1.9 * share;
  const eye: Vec3 = [2.45 * Math.sin(angle), -1.45 - 0.3 * Math.sin(share * 9), 1.2 - 3.1 * Math.cos(angle)];
  const z = normalized(subtract([0.15 * Math.sin(idx), -0.75, 1.3], eye));
  const x = normalized(cross([0, 1, 0], z));
  const y = cross(z, x);
  const rotation = quaternionFromMatrix([x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]]);
  return { worldFromCamera: { rotation, translation: eye, scale: 1 }, intrinsics: pinhole(1600, 1200, 1250) };
}

/** What the camera sees on a grid of its pixels, one point a pixel. */
export function roomPoints(idx: number, total: number, gridWidthPx: number, gridHeightPx: number): PointColumns {
  const { worldFromCamera, intrinsics } = roomCamera(idx, total);
  const count = gridWidthPx * gridHeightPx;
  const points = emptyPointColumns(count, gridWidthPx, gridHeightPx);
  const eye = worldFromCamera.translation;
  const { rotation } = worldFromCamera;
  const back = [-rotation[0], -rotation[1], -rotation[2], rotation[3]] as const;
  for (let i = 0; i < count; i++) {
    const col = i % gridWidthPx;
    const row = Math.floor(i / gridWidthPx);
    const ray: Vec3 = [
      (((col + 0.5) / gridWidthPx) * intrinsics.widthPx - intrinsics.cxPx) / intrinsics.fxPx,
      (((row + 0.5) / gridHeightPx) * intrinsics.heightPx - intrinsics.cyPx) / intrinsics.fyPx,
      1,
    ];
    const direction = rotate(rotation, ray);
    const hit = firstHit(eye, direction);
    // Deterministic noise that grows with depth, as real predictions have it.
    const noise = Math.sin(i * 12.9898 + idx * 78.233) * 43758.5453;
    const jitter = (noise - Math.floor(noise) - 0.5) * 0.006 * hit.depth;
    points.positions.set([ray[0] * (hit.depth + jitter), ray[1] * (hit.depth + jitter), hit.depth + jitter], i * 3);
    const edge = Math.max(Math.abs(col / gridWidthPx - 0.5), Math.abs(row / gridHeightPx - 0.5)) * 2;
    const confidence = Math.max(0.05, 1 - 0.13 * hit.depth - 0.25 * edge ** 4);
    points.colors.set([...hit.color.map((c) => Math.round(255 * c)), Math.round(255 * confidence)], i * 4);
    points.pixels.set([col, row], i * 2);
    points.normals.set(
      rotate(back, hit.normal).map((n) => Math.round(n * 127)),
      i * 3,
    );
    points.errors[i] = Math.round(Math.min(1, Math.abs(jitter) * 20 + 0.2 * edge ** 6) * 254);
    points.flags[i] = hit.boxIdx === 8 ? 1 : 0;
  }
  return points;
}

function firstHit(eye: Vec3, direction: Vec3): { depth: number; normal: Vec3; color: Vec3; boxIdx: number } {
  let depth = Infinity;
  let normal: Vec3 = [0, 0, 0];
  let boxIdx = 0;
  boxes.forEach(({ min, max }, idx) => {
    let near = -Infinity;
    let far = Infinity;
    let nearAxis = 0;
    let farAxis = 0;
    for (let k = 0; k < 3; k++) {
      const a = (min[k] - eye[k]) / direction[k];
      const b = (max[k] - eye[k]) / direction[k];
      if (Math.min(a, b) > near) [near, nearAxis] = [Math.min(a, b), k];
      if (Math.max(a, b) < far) [far, farAxis] = [Math.max(a, b), k];
    }
    const t = idx === 0 ? far : near;
    const axis = idx === 0 ? farAxis : nearAxis;
    if ((idx > 0 && (near > far || near <= 0)) || t >= depth) return;
    depth = t;
    boxIdx = idx;
    const n: [number, number, number] = [0, 0, 0];
    n[axis] = -Math.sign(direction[axis]);
    normal = n;
  });
  const point: Vec3 = [eye[0] + direction[0] * depth, eye[1] + direction[1] * depth, eye[2] + direction[2] * depth];
  return { depth, normal, color: paint(boxes[boxIdx], boxIdx, point, normal), boxIdx };
}

function paint({ color, pattern }: Box, idx: number, p: Vec3, normal: Vec3): Vec3 {
  const light = 0.72 + 0.2 * Math.max(0, -normal[1]) + 0.12 * normal[0] + 0.05 * normal[2];
  let base = color;
  if (idx === 0 && normal[1] < -0.5) base = [0.46, 0.35, 0.26];
  if (idx === 0 && normal[1] > 0.5) base = [0.85, 0.85, 0.84];
  const u = normal[0] !== 0 ? p[2] : p[0];
  const v = normal[1] !== 0 ? p[2] : p[1];
  let f = 1;
  if (pattern === 'planks' && (idx > 0 || normal[1] < -0.5)) f = 0.86 + 0.14 * Math.sin(Math.floor(u * 7) * 2.4);
  if (idx === 0 && Math.abs(normal[1]) < 0.5 && Math.abs(p[1] + 1.5) < 0.35 && Math.abs(u - 0.6) < 0.6)
    base = [0.25 + 0.4 * Math.abs(Math.sin(u * 5)), 0.35 + 0.3 * Math.abs(Math.sin(v * 7)), 0.5];
  if (pattern === 'tiles') f = (Math.floor(u * 12) + Math.floor(v * 12)) % 2 === 0 ? 1 : 0.82;
  if (pattern === 'books') {
    const k = Math.floor(u * 16) * 7 + Math.floor(v * 2.6) * 31;
    base = [0.35 + 0.3 * Math.sin(k), 0.38 + 0.2 * Math.sin(k * 1.7), 0.4 + 0.25 * Math.sin(k * 2.9)];
  }
  const grain = 0.97 + 0.03 * Math.sin(p[0] * 91 + p[1] * 73 + p[2] * 57);
  return base.map((c) => Math.max(0, Math.min(1, c * f * light * grain))) as unknown as Vec3;
}
