// All ten question types asked of the sample room with true classes: what geometry alone is worth, against the furniture's own sizes.
import { beforeAll, describe, expect, test } from 'vitest';
import { answerSpatial } from '../../../../models/spatial/answer.ts';
import type { SpatialReply } from '../../../../models/spatial/context.ts';
import { meanRelativeAccuracy } from '../../../../models/spatial/mra.ts';
import { readSpatialQuestion } from '../../../../models/spatial/question.ts';
import { appearsFrom } from '../../../../models/spatial/visible-area.ts';
import { errorOf } from '../../../../projects/format/quantity.ts';
import type { SpatialKind } from '../../../../projects/format/spatial-answer.ts';
import { sampleTruth, type SampleTruth } from '../../../support/sample-truth.ts';

let truth: SampleTruth;
beforeAll(async () => {
  // Units of two metres: an answer in units where metres are meant would be off by half.
  truth = await sampleTruth(2);
}, 60_000);

async function ask(text: string): Promise<SpatialReply<string>> {
  const question = readSpatialQuestion(text);
  expect(question, text).not.toBeNull();
  return answerSpatial(question!, truth.context);
}

const boxOf = (name: string): { min: number[]; max: number[] } => truth.things.find((thing) => thing.name === name)!;
/** Gap between two boxes along the axes: the distance of things that are boxes. */
function gap(a: string, b: string): number {
  const [p, q] = [boxOf(a), boxOf(b)];
  return Math.hypot(...[0, 1, 2].map((k) => Math.max(0, p.min[k] - q.max[k], q.min[k] - p.max[k])));
}
const edge = (name: string, k: number): number => boxOf(name).max[k] - boxOf(name).min[k];
const longest = (name: string): number => Math.max(edge(name, 0), edge(name, 1), edge(name, 2));

/** Mean score of the answers to numeric questions. */
async function score(pairs: readonly (readonly [string, number])[], kind: SpatialKind): Promise<number> {
  let sum = 0;
  for (const [text, wanted] of pairs) {
    const { quantity, kind: found } = await ask(text);
    expect(found).toBe(kind);
    sum += meanRelativeAccuracy(quantity!.value, wanted);
  }
  return sum / pairs.length;
}

describe('numbers, scored with MRA', () => {
  test('object counting', async () => {
    const names = ['chair', 'table', 'lamp', 'cushion', 'picture', 'sofa', 'door', 'clock', 'radiator', 'curtain'];
    const pairs = names.map(
      (name) => [`how many ${name}s are there`, truth.things.filter((thing) => thing.class === name).length] as const,
    );
    // 0.85 when this was written: one of two lamps hangs where no photo looks, and the truth counts the rod of two curtains as a third.
    expect(await score(pairs, 'object_counting')).toBeGreaterThan(0.83);
  });

  test('absolute distance', async () => {
    const pairs = [
      ['bookshelf', 'green sofa'],
      ['sideboard', 'radiator'],
      ['bookshelf', 'sideboard'],
      ['door', 'radiator'],
      ['clock', 'sunflowers'],
      ['window', 'coloured squares'],
      ['door', 'sideboard'],
    ].map(([a, b]) => [`how far is the ${a} from the ${b}`, gap(a, b)] as const);
    // 0.986 when this was written: all within a few centimetres but the gap between door and sideboard, where a plant hides the edges.
    expect(await score(pairs, 'object_abs_distance')).toBeGreaterThan(0.93);
  });

  test('object size', async () => {
    const pairs = (['bookshelf', 'green sofa', 'sideboard', 'radiator', 'door', 'floor lamp', 'window'] as const).map(
      (name) => [`how large is the ${name}`, longest(name)] as const,
    );
    // 0.986 when this was written: sides that stand at a wall are seen in part.
    expect(await score(pairs, 'object_size_estimation')).toBeGreaterThan(0.9);
    const heights = (['bookshelf', 'door', 'floor lamp', 'round table'] as const).map(
      (name) => [`how tall is the ${name}`, edge(name, 2)] as const,
    );
    expect(await score(heights, 'object_size_estimation')).toBeGreaterThan(0.95);
  });

  test('room size, with an error that covers the truth', async () => {
    const { quantity } = await ask('how large is the room?');
    expect(Math.abs(quantity!.value - 5 * 4.4)).toBeLessThan(errorOf(quantity!)!);
    expect(meanRelativeAccuracy(quantity!.value, 22)).toBe(1);
  });
});

describe('choices', () => {
  const choose = async (text: string): Promise<readonly string[] | null> => (await ask(text)).choice;

  test.each([
    ['which is nearest to the door: sideboard, bookshelf, radiator or round table', 'sideboard'],
    ['which of radiator, green sofa or door is closest to the floor lamp', 'green sofa'],
    // Of two chairs the nearer one counts: the blue one stands nearer to the sofa.
    ['which is closest to the green sofa: chair or bookshelf', 'chair'],
  ])('%s: %s', async (text, wanted) => {
    expect(await choose(text)).toEqual([wanted]);
  });

  // Places on the plan (x east, y north): coffee table (1.9, 2.2), door (0.9, 0), window (2.5, 4.4), shelf (4.9, 3), table (4, 1.2),
  // lamp (0.5, 3.9), sideboard (2.6, 0.3), sofa (0.5, 2.1).
  test.each([
    ['standing at the round table facing the door, is the floor lamp left or right?', 'right'],
    ['standing by the coffee table and facing the window, is the bookshelf to the left or right', 'right'],
    ['standing at the coffee table facing the window, is the green sofa left, right or back', 'left'],
    ['standing at the coffee table facing the window, is the sideboard left, right or behind me', 'back'],
    ['standing at the coffee table facing the door, where is the bookshelf', 'back-left'],
    ['standing at the coffee table facing the window, where is the floor lamp', 'front-left'],
    ['standing at the coffee table facing the window, where is the round table', 'back-right'],
  ])('%s %s', async (text, wanted) => {
    expect(await choose(text)).toEqual([wanted]);
  });

  test('a route: from the door to the radiator, to the bookshelf, to the sideboard', async () => {
    const { choice, kind, marks } = await ask(
      'route from the door facing the radiator to the radiator, the bookshelf and the sideboard',
    );
    expect([kind, choice]).toEqual(['route_planning', ['turn right', 'turn right']]);
    expect(marks.filter((mark) => mark.kind === 'arrow')).toHaveLength(3);
  });

  test('appearance order is that of the true pictures', async () => {
    const names = ['bookshelf', 'door', 'floor lamp', 'red chair'];
    const first = (name: string): number => {
      const { id } = truth.things.find((thing) => thing.name === name)!;
      return Array.from({ length: 24 }, (_, i) => i).findIndex((i) => truth.shareOf(i, id) >= appearsFrom);
    };
    const wanted = names.toSorted((a, b) => first(a) - first(b));
    expect(new Set(names.map(first)).size).toBe(4);
    const { choice, photoIds } = await ask(`in which order do ${names.join(', ')} appear`);
    expect(choice).toEqual(wanted);
    // Splats cover a cell as soon as one falls into it: a photo early at most.
    photoIds.forEach((id, k) => expect(Math.abs(Number(id.slice(-2)) - 1 - first(wanted[k]))).toBeLessThanOrEqual(1));
  });
});

test('without a scale the number is in units and says so; things that are not there are said', async () => {
  const scale = truth.context.scale;
  truth.context.scale = null;
  const { quantity, notices } = await ask('how far is the bookshelf from the green sofa');
  truth.context.scale = scale;
  expect(quantity!.value).toBeCloseTo(gap('bookshelf', 'green sofa') / 2, 1);
  expect(notices).toContain('In scene units: set a scale to get metres.');
  await expect(ask('how far is the piano from the door')).rejects.toMatchObject({ code: 'cannot-answer' });
  await expect(ask('how far is the door from the door')).rejects.toThrow('same thing');
});
