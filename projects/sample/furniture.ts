// Furniture of procedural shapes: each function adds the solids of one thing to its group, standing on the group's origin.

import { fabric, foliage, paint, rgb, set, wood } from './materials.ts';
import { bookSpine, clockFace, painting, type PaintingName } from './paintings.ts';
import { randomStream } from './noise.ts';
import type { Group, SceneBuilder } from './scene.ts';
import type { Vec3 } from '../format/sim3.ts';

const oak = (along: 0 | 1 | 2, seed: number) => wood('#7a4b25', '#c08a52', along, seed);
const walnut = (along: 0 | 1 | 2, seed: number) => wood('#3f2615', '#7d5233', along, seed);

/** A chair 45 cm wide with upholstered seat and back of one colour; it faces +y. */
export function chair(group: Group, hex: string, secondHex: string): void {
  const cloth = fabric(hex, secondHex, 'dots', 0.05, group.instanceId);
  for (const x of [-0.19, 0.19])
    for (const y of [-0.19, 0.19])
      group.add('cone', [x, y, 0.21], [0.014, 0.014, 0.21], paint(hex, group.instanceId), { round: 0.024 });
  group.box([-0.23, -0.23, 0.4], [0.23, 0.23, 0.44], paint(hex, 3), 0.015);
  group.box([-0.225, -0.225, 0.43], [0.225, 0.225, 0.5], cloth, 0.034);
  for (const x of [-0.19, 0.19]) group.box([x - 0.018, -0.235, 0.42], [x + 0.018, -0.2, 0.95], paint(hex, 4), 0.012);
  group.add('rounded', [0, -0.215, 0.77], [0.22, 0.035, 0.19], cloth, { round: 0.034, pitchDeg: 4 });
}

/** Round table with a middle leg. */
export function roundTable(group: Group, radius: number, height: number): void {
  group.add('cone', [0, 0, height - 0.02], [radius, radius, 0.02], oak(0, 5), { round: radius });
  group.add('cone', [0, 0, height / 2], [0.07, 0.07, height / 2 - 0.03], oak(2, 6), { round: 0.05 });
  group.add('cone', [0, 0, 0.03], [0.3, 0.3, 0.03], oak(0, 7), { round: 0.16 });
}

export function coffeeTable(group: Group): void {
  group.box([-0.55, -0.32, 0.38], [0.55, 0.32, 0.42], walnut(0, 2), 0.01);
  group.box([-0.5, -0.27, 0.14], [0.5, 0.27, 0.16], walnut(0, 9));
  for (const x of [-0.49, 0.49])
    for (const y of [-0.26, 0.26]) group.box([x - 0.025, y - 0.025, 0], [x + 0.025, y + 0.025, 0.38], walnut(2, 4));
}

/** A sofa 2 m wide that faces +x, its back at x = 0. */
export function sofa(group: Group): void {
  const cloth = fabric('#5f8a63', '#4d7552', 'check', 0.07, 3);
  group.box([0.05, -1, 0.1], [0.9, 1, 0.32], cloth, 0.04);
  group.box([0.02, -1, 0.1], [0.24, 1, 0.84], cloth, 0.08);
  for (const side of [-1, 1]) {
    const [from, to] = side < 0 ? [-1.05, -0.85] : [0.85, 1.05];
    group.box([0.03, from, 0.08], [0.92, to, 0.6], cloth, 0.08);
  }
  for (const y of [-0.43, 0.43]) {
    group.box(
      [0.2, y - 0.41, 0.3],
      [0.9, y + 0.41, 0.46],
      fabric('#6c9870', '#587f5c', 'check', 0.07, y > 0 ? 5 : 4),
      0.06,
    );
    group.add(
      'rounded',
      [0.27, y, 0.66],
      [0.09, 0.4, 0.22],
      fabric('#6c9870', '#587f5c', 'check', 0.07, y > 0 ? 8 : 7),
      { round: 0.08, rollDeg: -12 },
    );
  }
  for (const x of [0.12, 0.82])
    for (const y of [-0.92, 0.92]) group.add('cone', [x, y, 0.05], [0.02, 0.02, 0.05], walnut(2, 3), { round: 0.03 });
}

export function cushion(
  group: Group,
  hex: string,
  secondHex: string,
  pattern: 'stripes' | 'dots' | 'check',
  at: Vec3,
  yawDeg: number,
): void {
  group.add('rounded', at, [0.075, 0.21, 0.21], fabric(hex, secondHex, pattern, 0.055, group.instanceId), {
    round: 0.073,
    yawDeg,
    rollDeg: -22,
  });
}

export function floorLamp(group: Group): void {
  group.add('cone', [0, 0, 0.015], [0.15, 0.15, 0.015], walnut(0, 1), { round: 0.14 });
  group.add('cone', [0, 0, 0.72], [0.014, 0.014, 0.72], walnut(2, 2), { round: 0.012 });
  const shade = (at: { z: number; v: number }): number => 0.75 + 0.5 * Math.exp(-((at.z / 0.12) ** 2));
  const linen = fabric('#ffd9a0', '#f2b96b', 'stripes', 0.05, 2);
  group.add('cone', [0, 0, 1.55], [0.22, 0.22, 0.15], (at, out) => (linen(at, out), set(out, out, shade(at))), {
    round: 0.14,
    open: true,
    emission: 1.5,
  });
}

export function pendantLamp(group: Group, drop: number): void {
  group.add('cone', [0, 0, -drop / 2], [0.006, 0.006, drop / 2], paint('#2b2b2b'));
  const paper = fabric('#ffe9c4', '#f0cf9a', 'stripes', 0.045, 6);
  group.add('ellipsoid', [0, 0, -drop - 0.12], [0.15, 0.15, 0.12], paper, { emission: 1.7 });
}

/** A plant with long leaves in a pot, about 1.1 m high. */
export function plant(group: Group, scale: number, seed: number, potHex: string): void {
  const random = randomStream(seed);
  group.add(
    'cone',
    [0, 0, 0.15 * scale],
    [0.12 * scale, 0.12 * scale, 0.15 * scale],
    fabric(potHex, '#f1e6d0', 'stripes', 0.06, seed),
    { round: 0.16 * scale },
  );
  group.add('cone', [0, 0, 0.302 * scale], [0.15 * scale, 0.15 * scale, 0.004], paint('#3a281c', 4, 1.5), {
    round: 0.15 * scale,
  });
  group.add('cone', [0, 0, 0.5 * scale], [0.018 * scale, 0, 0.22 * scale], paint('#5d6b35', 2), {
    round: 0.012 * scale,
  });
  for (let i = 0; i < 26; i++) {
    const turn = i * 137.5 + random() * 25;
    const rise = i / 26;
    const length = (0.16 + 0.1 * random()) * scale;
    const tilt = -15 - 55 * rise + 14 * random();
    const a = (turn * Math.PI) / 180;
    const b = (-tilt * Math.PI) / 180;
    const reach = length * Math.cos(b) + 0.02 * scale;
    const at: Vec3 = [Math.cos(a) * reach, Math.sin(a) * reach, (0.36 + 0.34 * rise) * scale + length * Math.sin(b)];
    const green = ['#3e7a3a', '#55913f', '#2f6638', '#7aa64a'][i % 4];
    group.add('ellipsoid', at, [length, 0.055 * scale, 0.004], foliage(green, i), { yawDeg: turn, rollDeg: tilt });
  }
}

/** A shelf 1.6 m wide and 2 m high with its back at x = 0, facing −x; books are things of their own. */
export function bookshelf(scene: SceneBuilder, origin: Vec3): void {
  const group = scene.thing('shelf', 'bookshelf', 'brown', origin);
  const [width, height, depth] = [1.7, 2.0, 0.3];
  group.box([-0.02, -width / 2, 0], [0, width / 2, height], walnut(1, 12));
  for (const y of [-width / 2, -0.01, width / 2 - 0.03])
    group.box([-depth, y, 0], [0, y + 0.03, height], walnut(2, 3 + y));
  const boards = [0.08, 0.46, 0.84, 1.22, 1.6, 1.97];
  for (const z of boards)
    group.box([-depth - 0.005, -width / 2, z - 0.015], [0, width / 2, z + 0.015], walnut(1, 20 + z * 3));
  const random = randomStream(77);
  const hexes = [
    '#8c2f2b',
    '#274b6d',
    '#d9a441',
    '#3d6b4a',
    '#e4d8bf',
    '#5a3a5e',
    '#c4602f',
    '#1f2a38',
    '#7fa6a0',
    '#b5838d',
    '#6b705c',
    '#2a6f97',
  ];
  for (let board = 0; board < 5; board++)
    for (const from of [-width / 2 + 0.04, 0.03]) {
      const end = from + width / 2 - 0.07;
      let y = from + 0.01;
      const stop = from + (0.55 + 0.45 * random()) * (end - from);
      while (y < stop - 0.05) {
        const thick = 0.022 + 0.03 * random();
        const tall = 0.2 + 0.13 * random();
        const deep = 0.15 + 0.08 * random();
        const hex = hexes[Math.floor(random() * hexes.length)];
        const book = scene.thing('book', `book ${board + 1}.${Math.round((y - from) * 100)}`, colourOf(hex), origin);
        const seed = Math.floor(random() * 1e6);
        book.add(
          'rounded',
          [-0.05 - deep / 2, y + thick / 2, boards[board] + 0.015 + tall / 2],
          [deep / 2, thick / 2, tall / 2],
          bookSpine(hex, seed, tall / 2),
          { round: 0.004 },
        );
        y += thick + 0.002;
      }
      if (end - y > 0.14) ornament(scene, origin, y + 0.07, boards[board] + 0.015, board * 2 + (from > 0 ? 1 : 0));
    }
}

function ornament(scene: SceneBuilder, [ox, oy, oz]: Vec3, y: number, z: number, kind: number): void {
  const at: Vec3 = [ox - 0.17, oy + y, oz + z];
  if (kind % 3 === 0) vase(scene.thing('vase', 'vase on the shelf', 'blue', at), 0.8, '#2f6f9f', '#e9efe8');
  else if (kind % 3 === 1)
    scene
      .thing('ball', 'globe', 'orange', at)
      .add('ellipsoid', [0, 0, 0.07], [0.07, 0.07, 0.07], fabric('#d2782f', '#f0e2c0', 'check', 0.03, 3));
  else
    scene
      .thing('box', 'small chest', 'green', at)
      .box([-0.08, -0.06, 0], [0.08, 0.06, 0.11], fabric('#4c7a5a', '#d6c48e', 'dots', 0.03, 5));
}

/** The book's colour in one word, from the palette above. */
function colourOf(hex: string): string {
  const names: Record<string, string> = {
    '#8c2f2b': 'red',
    '#274b6d': 'blue',
    '#d9a441': 'yellow',
    '#3d6b4a': 'green',
    '#e4d8bf': 'white',
    '#5a3a5e': 'purple',
    '#c4602f': 'orange',
    '#1f2a38': 'black',
    '#7fa6a0': 'grey',
    '#b5838d': 'pink',
    '#6b705c': 'grey',
    '#2a6f97': 'blue',
  };
  return names[hex];
}

export function vase(group: Group, scale: number, hex: string, secondHex: string): void {
  const glaze = fabric(hex, secondHex, 'stripes', 0.035, 9);
  group.add('ellipsoid', [0, 0, 0.09 * scale], [0.075 * scale, 0.075 * scale, 0.09 * scale], glaze);
  group.add('cone', [0, 0, 0.2 * scale], [0.03 * scale, 0, 0.05 * scale], glaze, { round: 0.045 * scale });
}

/** A framed picture hung flat: the group's origin is the middle of its back, the picture faces its +y (yaw turns it). */
export function framedPicture(
  group: Group,
  name: PaintingName,
  halfWidth: number,
  halfHeight: number,
  frameHex: string,
): void {
  const frame = wood('#2a1a10', frameHex, 0, group.instanceId);
  group.add('box', [0, 0.012, 0], [halfWidth, 0.008, halfHeight], painting(name, 1, halfWidth, halfHeight));
  for (const side of [-1, 1]) {
    group.add('box', [side * (halfWidth + 0.015), 0.017, 0], [0.025, 0.017, halfHeight + 0.04], frame);
    group.add('box', [0, 0.016, side * (halfHeight + 0.015)], [halfWidth + 0.04, 0.016, 0.025], frame);
  }
}

export function clock(group: Group, radius: number): void {
  // A cone stands along its own z; pitched so that the face looks along +y. The face is painted in own x and z of the disc.
  const face = clockFace(radius);
  group.add('cone', [0, 0.02, 0], [radius, radius, 0.02], (at, out) => face({ ...at, y: -at.y }, out), {
    pitchDeg: -90,
  });
}

export function door(group: Group): void {
  const leaf = wood('#a9784a', '#dcb283', 2, 17);
  const frame = paint('#efe6d6', 5);
  group.box([-0.42, 0, 0], [0.42, 0.03, 2.02], leaf);
  for (const x of [-0.36, 0.06])
    for (const [low, high] of [
      [0.15, 0.85],
      [0.98, 1.88],
    ])
      group.box([x, 0.028, low], [x + 0.3, 0.042, high], wood('#9a6a3e', '#cfa373', 2, x * 9 + low), 0.006);
  for (const x of [-0.5, 0.42]) group.box([x, 0, 0], [x + 0.08, 0.05, 2.1], frame);
  group.box([-0.5, 0, 2.02], [0.5, 0.05, 2.1], frame);
  group.add('ellipsoid', [0.36, 0.07, 1.02], [0.03, 0.03, 0.03], (_, out) => set(out, rgb('#c59a3c')));
}

export function sideboard(group: Group): void {
  group.box([-0.75, 0.02, 0.12], [0.75, 0.44, 0.8], oak(0, 31));
  group.box([-0.78, 0, 0.8], [0.78, 0.46, 0.83], oak(0, 33));
  for (let i = 0; i < 3; i++) {
    const x = -0.73 + i * 0.49;
    group.box([x, 0.435, 0.15], [x + 0.47, 0.455, 0.56], oak(2, 40 + i), 0.006);
    group.box([x, 0.435, 0.585], [x + 0.47, 0.455, 0.775], oak(0, 50 + i), 0.006);
    group.add('ellipsoid', [x + 0.235, 0.47, 0.68], [0.018, 0.018, 0.018], (_, out) => set(out, rgb('#3a2a1c')));
    group.add('ellipsoid', [x + (i === 2 ? 0.05 : 0.42), 0.47, 0.36], [0.018, 0.018, 0.018], (_, out) =>
      set(out, rgb('#3a2a1c')),
    );
  }
  for (const x of [-0.68, 0.68])
    for (const y of [0.07, 0.38]) group.add('cone', [x, y, 0.06], [0.02, 0.02, 0.06], walnut(2, 8), { round: 0.03 });
}
