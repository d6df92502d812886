// Procedural surfaces: paint, wood, planks, brick, wallpaper, fabric, rug, leaves. Rich in detail, so that features can be matched.

import { hash, noise, octaves, smooth } from './noise.ts';
import type { Material, Rgb, SurfacePoint } from './solid.ts';

/** Linear light from a hex colour (sRGB). */
export function rgb(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

export function set(out: Rgb, colour: Readonly<Rgb>, gain = 1): void {
  out[0] = colour[0] * gain;
  out[1] = colour[1] * gain;
  out[2] = colour[2] * gain;
}

/** Blends `colour` over what is in `out`. */
export function over(out: Rgb, colour: Readonly<Rgb>, share: number): void {
  for (let k = 0; k < 3; k++) out[k] += (colour[k] - out[k]) * share;
}

function gain(out: Rgb, factor: number): void {
  for (let k = 0; k < 3; k++) out[k] *= factor;
}

/** Painted plaster: soft clouds of tone and small specks. */
export function paint(hex: string, seed = 1, contrast = 0.5): Material {
  const colour = rgb(hex);
  return (at, out) => {
    const cloud = octaves(at.u * 5, at.v * 5, 4, seed) - 0.5;
    const fine = octaves(at.u * 45, at.v * 45, 3, seed + 7) - 0.5;
    set(out, colour, 1 + contrast * (cloud * 0.9 + fine * 0.8));
  };
}

/** Grain along the longest own axis `along` (0 x, 1 y, 2 z). */
export function wood(darkHex: string, lightHex: string, along: 0 | 1 | 2, seed = 1): Material {
  const dark = rgb(darkHex);
  const light = rgb(lightHex);
  return (at, out) => {
    const own = [at.x, at.y, at.z];
    const lengthwise = own[along] + seed * 3.7;
    const across = own[(along + 1) % 3] + own[(along + 2) % 3] * 0.83 + seed * 1.3;
    const bend = octaves(lengthwise * 2.2, across * 9, 3, seed) * 0.12;
    const rings = 0.5 + 0.5 * Math.sin((across + bend) * 210 + octaves(lengthwise * 3, across * 16, 2, seed + 3) * 9);
    const fibre = octaves(lengthwise * 14, across * 190, 3, seed + 5);
    const knot = smooth(0.86, 0.95, noise(lengthwise * 6, across * 19, seed + 9));
    set(out, dark);
    over(out, light, Math.min(1, 0.2 + 0.42 * rings + 0.55 * (fibre - 0.3)));
    gain(out, (0.72 + 0.56 * octaves(lengthwise * 1.6, across * 6, 3, seed + 11)) * (1 - 0.55 * knot));
  };
}

/** Floor boards along world x, each with its own tone and grain. */
export function planks(): Material {
  const dark = rgb('#6b4222');
  const light = rgb('#c9935a');
  return (at, out) => {
    const row = Math.floor(at.worldY / 0.14);
    const shifted = at.worldX + hash(row, 3, 0) * 1.6;
    const board = Math.floor(shifted / 1.15);
    const tone = hash(row, board, 1);
    const y = at.worldY / 0.14 - row;
    const x = shifted / 1.15 - board;
    const bend = octaves(at.worldX * 1.7 + tone * 40, at.worldY * 8, 3, 5) * 0.3;
    const rings = 0.5 + 0.5 * Math.sin((y * 1.1 + bend * 5 + tone * 7) * 13);
    const fibre = octaves(at.worldX * 12 + tone * 90, at.worldY * 170, 3, row);
    const knot = smooth(0.86, 0.92, noise(at.worldX * 3.3 + tone * 50, at.worldY * 9, 77));
    set(out, dark);
    over(out, light, Math.min(1, Math.max(0, 0.12 + tone * 0.42 + rings * 0.25 + (fibre - 0.5) * 0.8)));
    const seam = Math.min(smooth(0, 0.035, Math.min(y, 1 - y)), smooth(0, 0.005, Math.min(x, 1 - x)));
    gain(out, (0.35 + 0.65 * seam) * (1 - 0.6 * knot));
  };
}

/** Brickwork on an upright wall, bricks 22 × 7 cm with mortar, each with its own tone. */
export function bricks(): Material {
  const reds = ['#a65a3f', '#b8694a', '#8f4a36', '#c47f5c', '#9c6450'].map(rgb);
  const mortar = rgb('#cdbfae');
  return (at, out) => {
    const along = at.axis === 0 ? at.worldY : at.worldX;
    const row = Math.floor(at.worldZ / 0.075);
    const x = along / 0.23 + (row % 2 === 0 ? 0 : 0.5);
    const column = Math.floor(x);
    const edge = octaves(along * 60, at.worldZ * 60, 2, 4) * 0.012;
    const inX = Math.min(x - column, 1 - x + column) * 0.23;
    const inZ = Math.min(at.worldZ / 0.075 - row, 1 - at.worldZ / 0.075 + row) * 0.075;
    const stone = smooth(0.005, 0.009, Math.min(inX, inZ) + edge - 0.005);
    const tone = hash(column, row, 2);
    set(out, mortar, 0.8 + 0.4 * octaves(along * 50, at.worldZ * 50, 2, 8));
    const brick = reds[Math.floor(hash(column, row, 5) * reds.length)];
    const rough = 0.62 + 0.4 * tone + 0.6 * (octaves(along * 38 + tone * 9, at.worldZ * 38, 3, 6) - 0.5);
    for (let k = 0; k < 3; k++) out[k] += (brick[k] * rough - out[k]) * stone;
  };
}

/** Leaves and blossoms strewn over a quiet ground, every motif turned and coloured differently. */
export function wallpaper(groundHex: string, leafHexes: readonly string[], blossomHexes: readonly string[]): Material {
  const ground = rgb(groundHex);
  const leaves = leafHexes.map(rgb);
  const blossoms = blossomHexes.map(rgb);
  return (at, out) => {
    const u = (at.axis === 0 ? at.worldY : at.worldX) + at.axis * 31;
    const v = at.worldZ;
    set(out, ground, 0.88 + 0.24 * octaves(u * 9, v * 9, 4, 3));
    const stripe = Math.abs(((u / 0.09) % 1) - 0.5);
    if (stripe < 0.03) gain(out, 0.9);
    const size = 0.115;
    const cx = Math.floor(u / size);
    const cy = Math.floor(v / size);
    for (let iy = cy - 1; iy <= cy + 1; iy++)
      for (let ix = cx - 1; ix <= cx + 1; ix++) {
        const mx = (ix + 0.25 + 0.5 * hash(ix, iy, 1)) * size;
        const my = (iy + 0.25 + 0.5 * hash(ix, iy, 2)) * size;
        const angle = hash(ix, iy, 3) * Math.PI * 2;
        const x = (u - mx) * Math.cos(angle) + (v - my) * Math.sin(angle);
        const y = -(u - mx) * Math.sin(angle) + (v - my) * Math.cos(angle);
        const kind = hash(ix, iy, 4);
        const scale = 0.75 + 0.6 * hash(ix, iy, 6);
        if (kind < 0.62) leaf(x / scale, y / scale, leaves[Math.floor(hash(ix, iy, 5) * leaves.length)], out);
        else if (kind < 0.92)
          blossom(x / scale, y / scale, blossoms[Math.floor(hash(ix, iy, 5) * blossoms.length)], out);
      }
  };
}

function leaf(x: number, y: number, colour: Readonly<Rgb>, out: Rgb): void {
  const along = (x + 0.055) / 0.11;
  if (along <= 0 || along >= 1) return;
  const width = 0.02 * Math.sin(along * Math.PI) ** 0.8;
  if (Math.abs(y) > width) return;
  over(out, colour, smooth(0, 0.002, width - Math.abs(y)));
  const vein = Math.min(Math.abs(y), Math.abs(((along * 8 + Math.abs(y) * 60) % 1) - 0.5) * 0.02);
  gain(out, 0.72 + 0.28 * smooth(0.0005, 0.0022, vein));
}

function blossom(x: number, y: number, colour: Readonly<Rgb>, out: Rgb): void {
  const radius = Math.hypot(x, y);
  const edge = 0.024 + 0.009 * Math.cos(Math.atan2(y, x) * 5);
  if (radius > edge) return;
  over(out, colour, smooth(0, 0.002, edge - radius));
  gain(out, 0.75 + radius * 12);
  if (radius < 0.008) set(out, rgb('#e8c34a'));
}

/** Upright boards with a rail on top, for the lower part of a wall. */
export function panelling(hex: string): Material {
  const colour = rgb(hex);
  return (at, out) => {
    const u = at.axis === 0 ? at.worldY : at.worldX;
    const board = Math.floor(u / 0.11);
    const x = u / 0.11 - board;
    const grain = octaves(u * 120, at.worldZ * 7 + board * 5, 3, 12) - 0.5;
    const wear = octaves(u * 7, at.worldZ * 7, 4, 21) - 0.5;
    const scratch = smooth(0.7, 0.78, noise(u * 90, at.worldZ * 30, 61)) * 0.25;
    set(
      out,
      colour,
      (0.9 + 0.2 * hash(board, 1, 1) + 0.5 * grain + 0.45 * wear - scratch) *
        (0.45 + 0.55 * smooth(0, 0.05, Math.min(x, 1 - x))),
    );
  };
}

/** Cloth: threads, and a pattern on it. */
export function fabric(
  hex: string,
  patternHex = hex,
  pattern: 'plain' | 'stripes' | 'dots' | 'check' = 'plain',
  sizeM = 0.06,
  seed = 1,
): Material {
  const colour = rgb(hex);
  const second = rgb(patternHex);
  return (at, out) => {
    const { u, v } = at;
    set(out, colour);
    if (pattern !== 'plain') over(out, second, patternShare(pattern, u / sizeM, v / sizeM));
    const threads = 0.5 * (noise(u * 260, v * 70, seed) + noise(u * 70, v * 260, seed + 1)) - 0.5;
    const worn = octaves(u * 8, v * 8, 4, seed + 2) - 0.5;
    const flecks = smooth(0.68, 0.76, noise(u * 75, v * 75, seed + 3));
    gain(out, 1 + 0.8 * threads + 0.7 * worn - 0.22 * flecks);
  };
}

function patternShare(pattern: 'stripes' | 'dots' | 'check', x: number, y: number): number {
  const cell = (value: number): number => value - Math.floor(value);
  if (pattern === 'stripes') return smooth(0.22, 0.26, Math.abs(cell(x) - 0.5));
  if (pattern === 'dots')
    return smooth(0.3, 0.26, Math.hypot(cell(x) - 0.5, cell(y + 0.5 * (Math.floor(x) & 1)) - 0.5));
  return (cell(x) < 0.5 ? 0.5 : 0) + (cell(y) < 0.5 ? 0.5 : 0);
}

/** A knotted rug: nested borders, a medallion, small figures. Own axes, half size in metres. */
export function rug(halfX: number, halfY: number): Material {
  const [red, navy, cream, gold, teal, rust] = ['#8e2f2a', '#23355c', '#e5d3ad', '#c89538', '#3f7770', '#b5562f'].map(
    rgb,
  );
  return (at, out) => {
    const edge = Math.min(halfX - Math.abs(at.x), halfY - Math.abs(at.y));
    const along = halfX - Math.abs(at.x) < halfY - Math.abs(at.y) ? at.y : at.x;
    set(out, red);
    if (edge < 0.03) set(out, cream);
    else if (edge < 0.06) set(out, navy);
    else if (edge < 0.2) {
      set(out, navy);
      const cell = Math.floor(along / 0.1);
      const figure = Math.hypot(along / 0.1 - cell - 0.5, (edge - 0.13) / 0.1);
      const turn = Math.cos(
        Math.atan2(edge - 0.13, along - (cell + 0.5) * 0.1) *
          (4 + Math.floor(hash(cell, at.x > 0 ? 1 : 0, at.y > 0 ? 1 : 0) * 4)),
      );
      if (figure < 0.34 + 0.12 * turn)
        set(out, [gold, cream, rust, teal][Math.floor(hash(cell, at.x > at.y ? 1 : 0, 8) * 4)]);
      if (figure < 0.14) set(out, red);
    } else if (edge < 0.225) set(out, gold);
    else {
      const medallion = Math.abs(at.x) / (halfX - 0.3) + Math.abs(at.y) / (halfY - 0.3);
      const wave = 0.06 * Math.cos(Math.atan2(at.y, at.x) * 12);
      if (medallion + wave < 0.86) set(out, medallion + wave > 0.8 ? gold : teal);
      if (medallion + wave < 0.55) set(out, medallion + wave > 0.5 ? cream : navy);
      if (medallion + wave < 0.25) set(out, gold);
      rugFigure(at, out, [cream, gold, rust, red]);
    }
    gain(out, 0.75 + 0.5 * octaves(at.x * 70, at.y * 70, 3, 9));
    gain(out, 0.85 + 0.3 * octaves(at.x * 4, at.y * 4, 3, 19));
  };
}

function rugFigure(at: SurfacePoint, out: Rgb, colours: readonly Rgb[]): void {
  const cx = Math.floor(at.x / 0.12);
  const cy = Math.floor(at.y / 0.12);
  if (hash(cx, cy, 12) < 0.25) return;
  const x = at.x / 0.12 - cx - 0.35 - 0.3 * hash(cx, cy, 1);
  const y = at.y / 0.12 - cy - 0.35 - 0.3 * hash(cx, cy, 2);
  const petals = 3 + Math.floor(hash(cx, cy, 3) * 5);
  const radius = 0.16 + 0.1 * Math.cos(Math.atan2(y, x) * petals + hash(cx, cy, 4) * 6);
  if (Math.hypot(x, y) < radius) set(out, colours[Math.floor(hash(cx, cy, 5) * colours.length)]);
}

/** A green leaf with a middle vein along own x. */
export function foliage(hex: string, seed: number): Material {
  const colour = rgb(hex);
  return (at, out) => {
    const vein = Math.min(Math.abs(at.y), Math.abs((((at.x + Math.abs(at.y)) * 45) % 1) - 0.5) * 0.03);
    set(out, colour, (0.6 + 0.4 * smooth(0.0005, 0.004, vein)) * (0.7 + 0.6 * octaves(at.x * 40, at.y * 40, 3, seed)));
  };
}

/** The garden behind the window: sky with clouds, hills, a hedge and trees. World coordinates. */
export function garden(): Material {
  const [sky, cloud, hill, hedge, tree] = ['#7fb2e6', '#f4f4f0', '#7f9a6a', '#567a3c', '#3f6230'].map(rgb);
  return (at, out) => {
    const x = at.worldX;
    const z = at.worldZ;
    set(out, sky, 1.1 - 0.06 * z);
    over(out, cloud, smooth(0.5, 0.68, octaves(x * 0.35, z * 0.8, 5, 3)));
    if (z < 1.7 + 0.7 * octaves(x * 0.3, 1, 3, 4)) set(out, hill, 0.7 + 0.6 * octaves(x * 3, z * 3, 4, 5));
    const crown = Math.hypot((((x % 2.6) + 2.6) % 2.6) - 1.3, (z - 1.9) * 0.8) + 0.9 * octaves(x * 2, z * 2, 4, 6);
    if (crown < 1.25) set(out, tree, 0.45 + 1.1 * octaves(x * 7, z * 7, 4, 7));
    if (z < 0.75 + 0.25 * octaves(x * 1.4, 2, 4, 8)) set(out, hedge, 0.4 + 1.2 * octaves(x * 9, z * 9, 4, 9));
  };
}
