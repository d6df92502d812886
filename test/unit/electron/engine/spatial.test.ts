// A rendered room of plain boxes is asked all ten types of questions by colour words, through the engine; its plan is the truth.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SceneFrame } from '../../../../electron/contract/scene-requests.ts';
import type { SpatialAnswer, SpatialRequest } from '../../../../electron/contract/space-requests.ts';
import { sceneHandlers } from '../../../../electron/engine/scene/handlers.ts';
import { meanRelativeAccuracy } from '../../../../models/spatial/mra.ts';
import { errorOf, type Scale } from '../../../../projects/format/quantity.ts';
import { length, subtract, transformPoint, type Vec3 } from '../../../../projects/format/sim3.ts';
import { renderFrames } from '../../../support/rendered-frames.ts';
import { boxes, roomSize, spaceCameras, spaceRoom } from '../../../support/space-room.ts';

const up: Vec3 = [0, 0, 1];
const scale: Scale = { metresPerUnit: 1, relativeSigma: 0.005, source: { kind: 'typed' } };
let folder: string;
let frames: SceneFrame[];
let photos: SpatialRequest['photos'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-spatial-'));
  const rendered = await renderFrames(spaceRoom(), spaceCameras(), folder);
  frames = rendered.map(({ frame }) => frame);
  photos = frames.map(({ photoId }, i) => ({ id: photoId, name: `photo ${i + 1}` }));
  const planes = await sceneHandlers.findPlanes({ frames, upInWorld: up });
  for (const { frameId } of frames) {
    const { id } = await sceneHandlers.splat({ frames, frameId, planes, chunksFolder: folder });
    frames = frames.map((frame) =>
      frame.frameId === frameId ? { ...frame, gaussians: { id, path: join(folder, `${id}.safetensors`) } } : frame,
    );
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const ask = (text: string, more: Partial<SpatialRequest> = {}): Promise<SpatialAnswer> =>
  sceneHandlers.answer({ text, threshold: 0.5, frames, language: null, upInWorld: up, scale, photos, ...more });

/** Corners of a box on the plan. */
function corners({ at, size, yawDeg }: (typeof boxes)[number]): [number, number][] {
  const turn = (yawDeg * Math.PI) / 180;
  return [
    [1, 1],
    [-1, 1],
    [-1, -1],
    [1, -1],
  ].map(([a, b]) => {
    const [x, y] = [(a * size[0]) / 2, (b * size[1]) / 2];
    return [at[0] + Math.cos(turn) * x - Math.sin(turn) * y, at[1] + Math.sin(turn) * x + Math.cos(turn) * y];
  });
}
/** Distance of two boxes that stand apart on one floor: of the outlines of their footprints. */
function planDistance(a: (typeof boxes)[number], b: (typeof boxes)[number]): number {
  const toEdges = (from: [number, number][], onto: [number, number][]): number =>
    Math.min(
      ...from.flatMap(([x, y]) =>
        onto.map(([x0, y0], k) => {
          const [x1, y1] = onto[(k + 1) % 4];
          const [dx, dy] = [x1 - x0, y1 - y0];
          const t = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
          return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
        }),
      ),
    );
  return Math.min(toEdges(corners(a), corners(b)), toEdges(corners(b), corners(a)));
}
const [redWest, redEast, blue, green, yellow] = boxes;

test('how many', async () => {
  const { quantity, marks, photos: seen } = await ask('How many red boxes are there?');
  expect(quantity?.value).toBe(2);
  expect(marks.filter(({ kind }) => kind === 'box')).toHaveLength(2);
  expect(seen.length).toBeGreaterThan(3);
});

test('distances are right to a few centimetres, and the stated errors cover them', async () => {
  const pairs = [
    [blue, green],
    [blue, yellow],
    [green, yellow],
  ] as const;
  for (const [a, b] of pairs) {
    const { quantity, marks } = await ask(`how far is the ${a.name} box from the ${b.name} box`);
    const truth = planDistance(a, b);
    expect(meanRelativeAccuracy(quantity!.value, truth)).toBe(1);
    expect(Math.abs(quantity!.value - truth)).toBeLessThan(errorOf(quantity!)!);
    // What is drawn is what was measured.
    const [from, to] = marks.find(({ kind }) => kind === 'line')!.points;
    expect(length(subtract(to, from))).toBeCloseTo(quantity!.value, 6);
  }
});

test('sizes are those of the boxes', async () => {
  for (const [text, truth] of [
    ['how large is the green box', 1.2],
    ['how tall is the blue box', 1.1],
    ['how tall is the yellow box', 0.7],
  ] as const) {
    const { quantity } = await ask(text);
    // 160 pixels across: five to six percent of an edge may be lost.
    expect(meanRelativeAccuracy(quantity!.value, truth), text).toBeGreaterThan(0.85);
    expect(Math.abs(quantity!.value - truth), text).toBeLessThan(errorOf(quantity!)!);
  }
});

test('the room has the floor of its plan', async () => {
  const { quantity, formula } = await ask('how large is the room');
  expect(Math.abs(quantity!.value - roomSize[0] * roomSize[1])).toBeLessThan(errorOf(quantity!)!);
  expect(formula).toContain('m²');
});

test('the nearest of several, with every distance in the formula', async () => {
  const truths = [
    ['green', planDistance(green, blue)],
    ['yellow', planDistance(yellow, blue)],
    ['red', Math.min(planDistance(redWest, blue), planDistance(redEast, blue))],
  ] as const;
  const { choice, formula } = await ask('which is nearest to the blue box: green, yellow or red');
  expect(choice).toEqual([truths.toSorted((a, b) => a[1] - b[1])[0][0]]);
  truths.forEach(([name]) => expect(formula).toContain(`d(${name})`));
});

test.each([
  ['is the yellow box left or right', 'right'],
  ['is the yellow box left, right or behind me', 'right'],
  ['where is the yellow box', 'front-right'],
])('directions: at the green box facing the blue box, %s: %s', async (text, wanted) => {
  const { choice, marks } = await ask(`standing at the green box facing the blue box, ${text}`);
  expect(choice).toEqual([wanted]);
  expect(marks.filter(({ kind }) => kind === 'arrow')).toHaveLength(2);
});

test('a route, and the order in which things come into view', async () => {
  const route = await ask('route from the yellow box facing the blue box to the blue box, the green box');
  // Along the wall to the middle, then on to the left.
  expect(route.choice).toEqual(['go straight on']);
  const back = await ask('route from the yellow box facing the blue box to the green box, the yellow box');
  expect(back.choice?.at(-1)).toBe('turn back');
  const order = await ask('in which order do blue, green and yellow appear');
  expect(new Set(order.choice)).toEqual(new Set(['blue', 'green', 'yellow']));
  expect(order.photos.length).toBeGreaterThan(0);
});

test('without a scale the answer is in units and says so', async () => {
  const { quantity, notices } = await ask('how far is the blue box from the green box', { scale: null });
  expect(quantity?.isMetric).toBe(false);
  expect(notices.join(' ')).toContain('set a scale');
});

describe('what cannot be answered says so in one sentence', () => {
  test.each([
    ['how far is the zebra from the blue box', 'query-unknown-word', 'zebra'],
    ['how far is the pink box from the blue box', 'cannot-answer', 'pink'],
    ['how far is blue 2 from green', 'cannot-answer', 'only 1'],
    ['tell me a story', 'cannot-answer', 'how far'],
    ['how far is blue from blue', 'cannot-answer', 'same thing'],
  ])('“%s”', async (text, code, words) => {
    await expect(ask(text)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});

test('a noun that means nothing without a pack is left out beside a colour, and said', async () => {
  const { notices } = await ask('how many blue boxes');
  expect(notices.join(' ')).toContain('“boxes” means nothing without a language pack');
  expect((await ask('how many blue things')).notices).toEqual([]);
});

describe('places picked for measures', () => {
  test('a click on a box is kept by a photo that sees it, with an error that covers what it is off', async () => {
    const place: Vec3 = [blue.at[0], blue.at[1], 1.1];
    const [anchor] = await sceneHandlers.anchor({
      frames,
      places: [{ kind: 'world', pointInWorld: place, precision: 0.002 }],
    });
    const frame = frames.find(({ frameId }) => frameId === anchor.frameId)!;
    expect(length(subtract(transformPoint(frame.worldFromCamera, anchor.pointInCamera), place))).toBeLessThan(1e-9);
    expect(anchor.views).toBeGreaterThan(4);
    expect(anchor.sigma).toBeGreaterThan(0.002);
    expect(anchor.sigma).toBeLessThan(0.03);
  });

  test('a pixel of a photo is the place on its surface, the sky above a photo is none', async () => {
    const [frame] = frames;
    const middle = { kind: 'photo', photoId: frame.photoId, xPx: 80, yPx: 60 } as const;
    const [anchor] = await sceneHandlers.anchor({ frames, places: [middle] });
    const place = transformPoint(
      frames.find(({ frameId }) => frameId === anchor.frameId)!.worldFromCamera,
      anchor.pointInCamera,
    );
    // The camera looks across the room, half down: it sees the floor or a box, inside the room.
    [0, 1, 2].forEach((k) => expect(place[k]).toBeGreaterThan(-0.01));
    expect(place[0]).toBeLessThan(roomSize[0] + 0.01);
    const beside = { ...middle, xPx: -40 };
    await expect(sceneHandlers.anchor({ frames, places: [beside] })).rejects.toMatchObject({ code: 'nothing-there' });
  });
});

test('the box of a selection has the edges of the thing, whichever way it is turned', async () => {
  const by = { kind: 'words', text: 'green', threshold: 0.5, notThis: [], instanceIdx: 0 } as const;
  const chosen = await sceneHandlers.select({
    by: { ...by, notThis: [] },
    operation: 'replace',
    selection: [],
    frames,
    language: null,
    upInWorld: up,
    scale: null,
    scoresFolder: folder,
  });
  const { box, sigma } = await sceneHandlers.box({ frames, upInWorld: up, selection: chosen.selection });
  green.size.forEach((edge, k) => expect(Math.abs(2 * box.halfSize[k] - edge)).toBeLessThan(3 * sigma + 0.01));
  await expect(sceneHandlers.box({ frames, upInWorld: up, selection: [] })).rejects.toMatchObject({
    code: 'nothing-selected',
  });
});
