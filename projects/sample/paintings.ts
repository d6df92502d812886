// What hangs on the walls and stands on the shelf: five painted pictures, spines of books, a clock face.

import { over, rgb, set } from './materials.ts';
import { hash, noise, octaves, smooth } from './noise.ts';
import type { Material, Rgb } from './solid.ts';

type Painter = (s: number, t: number, out: Rgb) => void;

/** A canvas facing own ±`normalAxis`; the painter gets 0…1 from left to right and from bottom to top. */
function canvas(normalAxis: 0 | 1, halfWidth: number, halfHeight: number, painter: Painter): Material {
  return (at, out) => {
    const across = normalAxis === 0 ? at.y : at.x;
    painter((across / halfWidth + 1) / 2, (at.z / halfHeight + 1) / 2, out);
    const strokes = 0.8 + 0.4 * octaves(across * 60, at.z * 140, 3, 15);
    for (let k = 0; k < 3; k++) out[k] *= strokes;
  };
}

const mountains: Painter = (s, t, out) => {
  set(out, rgb('#f2a65a'));
  over(out, rgb('#5b6fae'), smooth(0.45, 1, t + 0.15 * octaves(s * 5, t * 9, 3, 1)));
  if (Math.hypot(s - 0.66, (t - 0.56) * 0.8) < 0.085) set(out, rgb('#fff0b8'));
  const ridges = [
    [0.62, '#8a6f9e'],
    [0.46, '#5d5686'],
    [0.3, '#3d4a55'],
    [0.16, '#27352c'],
  ] as const;
  ridges.forEach(([height, hex], i) => {
    const ridge = height - 0.22 + 0.36 * octaves(s * (3 + i * 2) + i * 7, i, 4, 20 + i);
    if (t < ridge) set(out, rgb(hex), 0.75 + 0.6 * octaves(s * 30, t * 30, 3, 30 + i));
  });
};

const sailing: Painter = (s, t, out) => {
  set(out, rgb('#a9d3e8'));
  over(out, rgb('#ffffff'), smooth(0.52, 0.7, octaves(s * 4, t * 8, 4, 2)));
  if (t < 0.42) {
    set(out, rgb('#1f6f8b'), 0.75 + 0.3 * Math.sin(t * 150 + octaves(s * 9, t * 20, 3, 3) * 12));
    if (noise(s * 60, t * 160, 4) > 0.8) set(out, rgb('#d8eef0'));
  }
  if (t > 0.36 && t < 0.42 && Math.abs(s - 0.45) < 0.16 + (t - 0.42) * 0.7) set(out, rgb('#7a3320'));
  if (t >= 0.43 && t < 0.85 && s > 0.46 && s < 0.46 + (0.85 - t) * 0.45) set(out, rgb('#f6efe0'), 1 - (s - 0.46));
  if (t >= 0.43 && t < 0.78 && s < 0.44 && s > 0.44 - (0.78 - t) * 0.35) set(out, rgb('#d9483b'));
};

const shapes: Painter = (s, t, out) => {
  set(out, rgb('#efe6d2'), 0.85 + 0.3 * octaves(s * 12, t * 12, 3, 5));
  const palette = ['#d4442e', '#e8b62c', '#27507d', '#1d1d1f', '#3f8f7a', '#df7fa0'].map(rgb);
  for (let i = 0; i < 16; i++) {
    const dx = s - hash(i, 1, 3);
    const dy = t - hash(i, 2, 3);
    const radius = 0.05 + 0.14 * hash(i, 3, 3);
    const distance = Math.hypot(dx, dy);
    const angle = hash(i, 6, 3) * Math.PI;
    if (i % 3 === 2) {
      if (Math.abs(dx * Math.cos(angle) + dy * Math.sin(angle)) < 0.008) set(out, palette[3]);
    } else if (distance < radius) {
      set(out, palette[i % palette.length]);
      if (i % 2 === 0 && distance < radius * 0.6) set(out, palette[(i + 3) % palette.length]);
      if (distance < radius * 0.25) set(out, palette[(i + 1) % palette.length]);
    }
  }
};

const sunflowers: Painter = (s, t, out) => {
  set(out, rgb('#46708a'), 0.7 + 0.6 * octaves(s * 9, t * 9, 4, 6));
  if (t < 0.3) set(out, rgb('#a56a3a'), 0.8 + 0.4 * octaves(s * 20, t * 5, 3, 7));
  if (Math.hypot((s - 0.5) * 1.1, (t - 0.25) * 0.9) < 0.17) set(out, rgb('#c9c2b0'), 0.6 + s * 0.7);
  for (let i = 0; i < 9; i++) {
    const cx = 0.5 + (hash(i, 1, 4) - 0.5) * 0.7;
    const cy = 0.64 + (hash(i, 2, 4) - 0.5) * 0.45;
    const stalk = 0.5 + (cx - 0.5) * smooth(0.3, cy, t);
    if (t > 0.36 && t < cy && Math.abs(s - stalk) < 0.008) set(out, rgb('#3f6b33'));
    const distance = Math.hypot(s - cx, t - cy);
    const petal = 0.085 + 0.025 * Math.cos(Math.atan2(t - cy, s - cx) * 11 + i);
    if (distance < petal) set(out, rgb('#e9b31e'), 0.75 + distance * 4);
    if (distance < 0.042) set(out, rgb('#4a2a17'), 0.6 + 0.9 * hash(Math.floor(s * 120), Math.floor(t * 120), 5));
  }
};

const squares: Painter = (s, t, out) => {
  const palette = ['#e4572e', '#17bebb', '#ffc914', '#2e282a', '#76b041', '#f7f3e3', '#6a4c93'].map(rgb);
  const column = Math.floor(s * 5);
  const row = Math.floor(t * 7);
  const radius = Math.max(Math.abs(s * 5 - column - 0.5), Math.abs(t * 7 - row - 0.5));
  const ring = Math.floor(radius * 7);
  set(
    out,
    palette[Math.floor(hash(column, row, ring, 8) * palette.length)],
    0.75 + 0.4 * octaves(s * 40, t * 40, 2, 9),
  );
};

const painters = { mountains, sailing, shapes, sunflowers, squares } as const;
export type PaintingName = keyof typeof painters;

export function painting(name: PaintingName, normalAxis: 0 | 1, halfWidth: number, halfHeight: number): Material {
  return canvas(normalAxis, halfWidth, halfHeight, painters[name]);
}

/** Spine of a book: cloth, bands and lines that stand for letters. `halfHeight` in metres. */
export function bookSpine(hex: string, seed: number, halfHeight: number): Material {
  const cloth = rgb(hex);
  const gold = rgb(hash(seed, 1, 1) > 0.5 ? '#e3c36a' : '#f2ecdc');
  const bands = 1 + Math.floor(hash(seed, 2, 1) * 3);
  return (at, out) => {
    const t = (at.z / halfHeight + 1) / 2;
    set(out, cloth, 0.8 + 0.4 * octaves(at.u * 90, at.v * 90, 3, seed));
    if (at.axis === 2 || Math.abs(at.sign) < 0.5)
      return set(out, rgb('#e9dfc6'), 0.7 + 0.3 * noise(at.u * 400, at.v * 30, seed));
    for (let i = 0; i < bands; i++)
      if (Math.abs(t - 0.1 - i * 0.045) < 0.012 || Math.abs(t - 0.92 + i * 0.04) < 0.01) set(out, gold);
    if (t > 0.36 && t < 0.82) {
      const line = Math.floor(t * halfHeight * 220);
      const letter = hash(line, Math.floor(at.u * 260), seed, 3);
      if (Math.abs(at.u) < 0.012 && letter > 0.45) set(out, gold);
    }
  };
}

/** White face with twelve marks and two hands at ten past ten; own y is the axis, x to the right, z up. */
export function clockFace(radius: number): Material {
  return (at, out) => {
    const x = at.x / radius;
    const y = at.y / radius;
    const distance = Math.hypot(x, y);
    set(out, rgb('#f3ecda'), 0.9 + 0.15 * octaves(at.x * 60, at.y * 60, 3, 2));
    const hour = (Math.atan2(x, y) / Math.PI) * 6;
    const mark = Math.abs(hour - Math.round(hour)) * distance;
    if (distance > 0.72 && distance < 0.9 && mark < (Math.round(hour) % 3 === 0 ? 0.1 : 0.05)) set(out, rgb('#1d1d1f'));
    const hand = (towards: number, reach: number, width: number): void => {
      const along = x * Math.sin(towards) + y * Math.cos(towards);
      if (along > -0.1 && along < reach && Math.abs(x * Math.cos(towards) - y * Math.sin(towards)) < width)
        set(out, rgb('#27211c'));
    };
    hand(Math.PI / 3, 0.68, 0.03);
    hand((-61 * Math.PI) / 180, 0.48, 0.045);
    if (distance > 0.93) set(out, rgb('#7a4a22'));
  };
}
