// The sample room: five metres by four and a half, a window to a garden, furniture one knows. World axes: x east, y north, z up, metres.

import type { Vec3 } from '../format/sim3.ts';
import * as furniture from './furniture.ts';
import { bricks, fabric, garden, paint, panelling, planks, rug, wallpaper, wood } from './materials.ts';
import { SceneBuilder, type Scene } from './scene.ts';

const size: Vec3 = [5, 4.4, 2.5];
const opening = { x0: 1.75, x1: 3.25, z0: 0.85, z1: 2.1 } as const;

/** The whole room with its lights. */
export function sampleRoom(): Scene {
  const scene = new SceneBuilder();
  shell(scene);
  windowAndOutside(scene);
  sofaCorner(scene);
  diningCorner(scene);
  wallsAndRest(scene);
  furniture.bookshelf(scene, [size[0], 3.05, 0]);
  const towards: Vec3 = [-0.33, 0.74, 0.586];
  return scene.finish(
    {
      sun: { towards, light: [5.0, 4.4, 3.5], openBeyondY: size[1] + 0.3 },
      windows: [
        {
          centre: [2.5, size[1] + 0.14, 1.475],
          edgeA: [0.75, 0, 0],
          edgeB: [0, 0, 0.625],
          normal: [0, -1, 0],
          light: [6.6, 7.4, 8.6],
        },
      ],
      lamps: [
        { centre: [2.5, 2.2, 2.16], radius: 0.12, light: [1.05, 0.88, 0.62] },
        { centre: [0.5, 3.85, 1.55], radius: 0.1, light: [0.42, 0.32, 0.18] },
      ],
    },
    [-0.01, -0.01, -0.01],
    [size[0] + 0.01, size[1] + 0.16, size[2] + 0.01],
  );
}

function shell(scene: SceneBuilder): void {
  const [x, y, z] = size;
  scene.thing('floor', 'floor', 'brown').box([0, 0, -0.1], [x, y, 0], planks());
  const ceiling = scene.thing('ceiling', 'ceiling', 'white');
  ceiling.box([0, 0, z], [x, y, z + 0.1], paint('#efe5d3', 8, 0.7));
  for (const at of [0.7, 1.9, 3.1, 4.3])
    ceiling.box([at - 0.08, 0, z - 0.13], [at + 0.08, y, z], wood('#4a2d18', '#8a5a34', 1, at));
  const paper = wallpaper(
    '#e9dcc0',
    ['#5d8062', '#7f9f6d', '#3f6a5c', '#a5a05a'],
    ['#c9654f', '#d98f5c', '#8a5a83', '#5b7fa3'],
  );
  const boards = panelling('#8fa8a3');
  const rail = wood('#b99b74', '#ead9bd', 1, 3);
  const [x0, x1, z0, z1] = [opening.x0, opening.x1, opening.z0, opening.z1];
  const west = scene.thing('wall', 'west wall', 'white').box([-0.1, 0, 0.9], [0, y, z], paper);
  west.box([-0.1, 0, 0], [0.012, y, 0.88], boards).box([-0.1, 0, 0.88], [0.03, y, 0.92], rail);
  const east = scene.thing('wall', 'east wall', 'white').box([x, 0, 0.9], [x + 0.1, y, z], paper);
  east.box([x - 0.012, 0, 0], [x + 0.1, y, 0.88], boards).box([x - 0.03, 0, 0.88], [x + 0.1, y, 0.92], rail);
  const south = scene.thing('wall', 'south wall', 'white').box([0, -0.1, 0.9], [x, 0, z], paper);
  south
    .box([0, -0.1, 0], [x, 0.012, 0.88], boards)
    .box([0, -0.1, 0.88], [x, 0.03, 0.92], wood('#b99b74', '#ead9bd', 0, 3));
  const brick = bricks();
  const north = scene
    .thing('wall', 'north wall', 'red')
    .box([0, y, 0], [x0, y + 0.15, z], brick)
    .box([x1, y, 0], [x, y + 0.15, z], brick);
  north.box([x0, y, 0], [x1, y + 0.15, z0], brick).box([x0, y, z1], [x1, y + 0.15, z], brick);
}

function windowAndOutside(scene: SceneBuilder): void {
  const y = size[1];
  const { x0, x1, z0, z1 } = opening;
  const white = paint('#f4efe4', 6, 0.6);
  const frame = scene.thing('window', 'window', 'white');
  frame.box([x0 - 0.05, y - 0.12, z0 - 0.04], [x1 + 0.05, y + 0.15, z0], white);
  frame
    .box([x0, y + 0.05, z0], [x0 + 0.05, y + 0.1, z1], white)
    .box([x1 - 0.05, y + 0.05, z0], [x1, y + 0.1, z1], white);
  frame
    .box([x0, y + 0.05, z0], [x1, y + 0.1, z0 + 0.05], white)
    .box([x0, y + 0.05, z1 - 0.05], [x1, y + 0.1, z1], white);
  frame.box([2.48, y + 0.06, z0], [2.52, y + 0.09, z1], white).box([x0, y + 0.06, 1.68], [x1, y + 0.09, 1.71], white);
  scene.thing('outside', 'garden', 'green').add('box', [2.5, y + 7, 2.5], [14, 0.05, 5], garden(), { emission: 1.7 });
  const cloth = fabric('#b5483c', '#d98a5a', 'stripes', 0.045, 4);
  for (const [name, from] of [
    ['left curtain', x0 - 0.42],
    ['right curtain', x1 + 0.02],
  ] as const) {
    const curtain = scene.thing('curtain', name, 'red');
    for (let fold = 0; fold < 6; fold++)
      curtain.add('cone', [from + 0.035 + fold * 0.066, y - 0.07, 1.2], [0.042, 0, 1.1], cloth, {
        round: 0.036,
        yawDeg: fold * 50,
      });
  }
  scene
    .thing('curtain', 'curtain rod', 'brown')
    .add('cone', [2.5, y - 0.07, 2.33], [0.016, 0, 1.25], wood('#3f2615', '#7d5233', 2), { rollDeg: 90 });
  const pot = scene.thing('plant', 'plant on the sill', 'green', [2.95, y - 0.05, z0]);
  furniture.plant(pot, 0.36, 12, '#d8a13f');
  const heater = scene.thing('radiator', 'radiator', 'white');
  for (let i = 0; i < 14; i++)
    heater.add('rounded', [1.92 + i * 0.09, y - 0.07, 0.43], [0.04, 0.05, 0.28], paint('#ece4d4', 30 + i, 0.8), {
      round: 0.03,
    });
}

function sofaCorner(scene: SceneBuilder): void {
  const at: Vec3 = [0.03, 2.1, 0];
  furniture.sofa(scene.thing('sofa', 'green sofa', 'green', at));
  furniture.cushion(
    scene.thing('cushion', 'yellow cushion', 'yellow', at),
    '#e0ab32',
    '#f3e2b4',
    'stripes',
    [0.43, 0.68, 0.66],
    -14,
  );
  furniture.cushion(
    scene.thing('cushion', 'pink cushion', 'pink', at),
    '#d97a86',
    '#f6dfe0',
    'dots',
    [0.42, -0.66, 0.66],
    12,
  );
  scene.thing('rug', 'rug', 'red', [2.15, 2.15, 0], 3).box([-1.15, -0.8, 0], [1.15, 0.8, 0.014], rug(1.15, 0.8), 0.006);
  const table: Vec3 = [1.85, 2.15, 0.01];
  furniture.coffeeTable(scene.thing('table', 'coffee table', 'brown', table, 84));
  const top = (x: number, y: number): Vec3 => [table[0] + x, table[1] + y, 0.43];
  const stack = scene.thing('book', 'books on the coffee table', 'blue', top(0.02, -0.28), 24);
  stack.box([-0.11, -0.15, 0], [0.11, 0.15, 0.03], fabric('#2c5f8a', '#e6dcc4', 'stripes', 0.08, 7), 0.004);
  stack.box([-0.09, -0.13, 0.03], [0.1, 0.12, 0.055], fabric('#b8412f', '#f0d9a0', 'dots', 0.06, 8), 0.004);
  const bowl = scene.thing('bowl', 'fruit bowl', 'white', top(-0.02, 0.12));
  bowl.add('cone', [0, 0, 0.035], [0.07, 0, 0.035], fabric('#efe8d8', '#4d7ea8', 'stripes', 0.03, 3), { round: 0.14 });
  const fruit = ['#d2392a', '#e39b2d', '#9db03a', '#d2392a', '#e8b53a'];
  fruit.forEach((hex, i) =>
    bowl.add(
      'ellipsoid',
      [0.065 * Math.cos(i * 1.4), 0.065 * Math.sin(i * 1.4), 0.1 + (i === 4 ? 0.03 : 0)],
      [0.042, 0.042, 0.04],
      paint(hex, i, 0.9),
    ),
  );
  const cup = scene.thing('cup', 'cup', 'blue', top(0.16, 0.36));
  cup.add('cone', [0, 0, 0.045], [0.03, 0, 0.045], fabric('#3c6ea5', '#f0ebdd', 'dots', 0.03, 2), { round: 0.04 });
  cup.add('cone', [0, 0, 0.0905], [0.034, 0, 0.0005], paint('#3b2212', 2), { round: 0.034 });
  furniture.floorLamp(scene.thing('lamp', 'floor lamp', 'yellow', [0.5, 3.85, 0]));
  furniture.pendantLamp(scene.thing('lamp', 'ceiling lamp', 'white', [2.5, 2.2, size[2]]), 0.22);
  scene
    .thing('ball', 'ball', 'orange', [2.95, 2.75, 0.012])
    .add('ellipsoid', [0, 0, 0.12], [0.12, 0.12, 0.12], fabric('#e2702a', '#f5ead2', 'check', 0.09, 6), {
      pitchDeg: 30,
    });
}

function diningCorner(scene: SceneBuilder): void {
  const table: Vec3 = [4.05, 1.15, 0];
  furniture.roundTable(scene.thing('table', 'round table', 'brown', table), 0.5, 0.74);
  furniture.chair(scene.thing('chair', 'blue chair', 'blue', [3.3, 1.3, 0], -105), '#2f5fae', '#7fa3d9');
  furniture.chair(scene.thing('chair', 'red chair', 'red', [4.2, 1.95, 0], 165), '#b83a2e', '#e0907a');
  furniture.vase(scene.thing('vase', 'vase on the table', 'green', [4.1, 1.05, 0.74]), 1.15, '#3f8f7a', '#e9efe0');
  const plate = scene.thing('plate', 'plate', 'white', [3.85, 1.32, 0.74]);
  plate.add('cone', [0, 0, 0.01], [0.08, 0, 0.01], fabric('#f1eadb', '#c46a4f', 'dots', 0.035, 2), { round: 0.13 });
  plate.add('ellipsoid', [0.02, 0, 0.045], [0.05, 0.045, 0.035], paint('#c98a3f', 3, 1.2));
  const flowers = scene.thing('plant', 'flowers', 'yellow', [4.1, 1.05, 1.0]);
  for (let i = 0; i < 11; i++) {
    const a = i * 2.4;
    const r = 0.02 + 0.1 * Math.sqrt(i / 11);
    const at: Vec3 = [Math.cos(a) * r, Math.sin(a) * r, 0.2 - r * 0.7];
    flowers.add('ellipsoid', at, [0.038, 0.038, 0.026], paint(i % 3 === 0 ? '#d9503f' : '#e8b930', i, 1.4));
    flowers.add('cone', [at[0] / 2, at[1] / 2, at[2] / 2], [0.004, 0, at[2] / 2], paint('#4c7a3a', i), {
      yawDeg: (a * 180) / Math.PI,
      rollDeg: (Math.atan2(r, at[2]) * 180) / Math.PI,
    });
  }
}

function wallsAndRest(scene: SceneBuilder): void {
  const [x] = size;
  // Pictures face +y of their group: yaw −90° faces east, 90° west, 180° south.
  furniture.framedPicture(
    scene.thing('picture', 'mountains at sunset', 'orange', [0, 2.1, 1.6], -90),
    'mountains',
    0.42,
    0.28,
    '#8a5a34',
  );
  furniture.framedPicture(
    scene.thing('picture', 'sailing boat', 'blue', [0, 1.2, 1.62], -90),
    'sailing',
    0.2,
    0.26,
    '#caa05c',
  );
  furniture.framedPicture(
    scene.thing('picture', 'circles', 'white', [0, 3.0, 1.62], -90),
    'shapes',
    0.21,
    0.27,
    '#3a2a20',
  );
  furniture.framedPicture(
    scene.thing('picture', 'sunflowers', 'yellow', [x, 1.15, 1.6], 90),
    'sunflowers',
    0.28,
    0.36,
    '#b98b3e',
  );
  furniture.framedPicture(
    scene.thing('picture', 'coloured squares', 'red', [2.35, 0, 1.62]),
    'squares',
    0.3,
    0.4,
    '#5a3a22',
  );
  furniture.framedPicture(
    scene.thing('picture', 'small mountains', 'orange', [1.05, size[1], 1.55], 180),
    'mountains',
    0.2,
    0.16,
    '#caa05c',
  );
  furniture.clock(scene.thing('clock', 'clock', 'white', [3.15, 0, 1.75]), 0.17);
  furniture.sideboard(scene.thing('sideboard', 'sideboard', 'brown', [2.6, 0.02, 0]));
  furniture.vase(scene.thing('vase', 'vase on the sideboard', 'purple', [3.15, 0.24, 0.83]), 1.5, '#7a4f93', '#e6c6d8');
  const books = scene.thing('book', 'books on the sideboard', 'green', [2.15, 0.24, 0.83]);
  (['#2f6b4f', '#c9a13b', '#9b3a34', '#27466b'] as const).forEach((hex, i) =>
    books.box(
      [-0.12, -0.08, i * 0.032],
      [0.12 - i * 0.02, 0.08, 0.032 + i * 0.032],
      fabric(hex, '#efe3c8', 'stripes', 0.05 + i * 0.01, i),
      0.004,
    ),
  );
  furniture.door(scene.thing('door', 'door', 'brown', [0.85, 0, 0]));
  furniture.plant(scene.thing('plant', 'big plant', 'green', [4.55, 4.0, 0]), 1.15, 5, '#c96f4a');
  furniture.plant(scene.thing('plant', 'plant by the door', 'green', [1.6, 0.28, 0]), 0.75, 8, '#6f86a8');
  const basket = scene.thing('basket', 'basket', 'brown', [0.45, 0.75, 0]);
  basket.add('cone', [0, 0, 0.16], [0.17, 0, 0.16], fabric('#b58a54', '#7d5a30', 'check', 0.04, 2), { round: 0.22 });
  basket.add('ellipsoid', [0, 0, 0.32], [0.17, 0.17, 0.09], fabric('#d8cbb4', '#9aa7b5', 'stripes', 0.05, 3));
}
