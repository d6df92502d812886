// The sample room as geometry sees it: depth of all photos as points, the true thing of every point, and the truth to compare with.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { inRepository } from '../../build/sources.ts';
import { findInstances } from '../../models/language/instances.ts';
import { cannotAnswer, type SpatialContext } from '../../models/spatial/context.ts';
import { floorOutline } from '../../models/spatial/floor-area.ts';
import { joinParts } from '../../models/spatial/join-parts.ts';
import { thingOf, type Thing } from '../../models/spatial/thing.ts';
import type { DepthView } from '../../models/spatial/visible-area.ts';
import { rayThroughPixel, resized, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { scaled, transformPoint, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';
import type { LabelTruth } from '../../projects/sample/write-truth.ts';

type TrueThing = LabelTruth['instances'][number];

export interface SampleTruth {
  context: SpatialContext<string>;
  things: readonly TrueThing[];
  /** Share of every photo that a thing takes, by its id. */
  shareOf(photoIdx: number, thingId: number): number;
}

const [width, height] = [400, 300];
const [columns, rows] = [64, 48];
/** Every fourth pixel: 720,000 points. */
const isKept = (x: number, y: number): boolean => x % 2 === 0 && y % 2 === 0;

/** Words are names (`red chair`) or classes (`chair`) of the truth, these parted into pieces: what geometry makes of perfect language. */
export async function sampleTruth(metresPerUnit = 1): Promise<SampleTruth> {
  const folder = inRepository('projects', 'sample', 'room');
  const json = async <T>(name: string): Promise<T> => JSON.parse(await readFile(join(folder, name), 'utf8')) as T;
  const { intrinsics, poses } = await json<{
    intrinsics: Intrinsics;
    poses: { name: string; worldFromCamera: Sim3 }[];
  }>('poses.json');
  const { instances } = await json<LabelTruth>('labels.json');
  const small = resized(intrinsics, width, height);
  const coordinates: number[] = [];
  const ids: number[] = [];
  const views: DepthView<string>[] = [];
  const areas: Uint32Array[] = [];
  for (const { name, worldFromCamera } of poses) {
    const depth = await sixteenBit(join(folder, 'depth', `${name}.png`));
    const things = await sixteenBit(join(folder, 'instances', `${name}.png`));
    const farthest = new Float32Array(columns * rows);
    const area = new Uint32Array(65536);
    for (let at = 0; at < depth.length; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      area[things[at]]++;
      const z = depth[at] / 1000;
      if (!(z > 0)) continue;
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      if (z > farthest[cell]) farthest[cell] = z;
      if (!isKept(x, y)) continue;
      const inCamera = scaled(rayThroughPixel(small, x + 0.5, y + 0.5), z);
      coordinates.push(...scaled(transformPoint(worldFromCamera, inCamera), 1 / metresPerUnit));
      ids.push(things[at]);
    }
    const { rotation, translation } = worldFromCamera;
    const pose = { rotation, translation: scaled(translation, 1 / metresPerUnit), scale: 1 / metresPerUnit };
    views.push({ id: name, worldFromCamera: pose, intrinsics, depth: { widthPx: columns, heightPx: rows, farthest } });
    areas.push(area);
  }
  const positions = Float32Array.from(coordinates);
  const members = Map.groupBy(ids.keys(), (i) => ids[i]);
  const up: Vec3 = [0, 0, 1];
  const found = new Map<string, Thing[]>();
  /** What hangs together, with the gap and the least count that questions in words have; the room's diagonal is seven metres. */
  const piecesOf = (own: ReadonlySet<number>): Thing[] => {
    const scores = Float32Array.from(ids, (id) => (own.has(id) ? 1 : 0));
    const pieces = findInstances(positions, scores, 0.5, (0.012 * 7) / metresPerUnit, 1e-4 * ids.length, {
      up,
      labOf: null,
    });
    const things = pieces.map((piece) => thingOf('', positions, piece.members, up));
    return joinParts(things, positions, up, (idx) => `${idx + 1}`);
  };
  const floorIds = new Set(instances.flatMap(({ id, class: name }) => (name === 'floor' ? [id] : [])));
  const context: SpatialContext<string> = {
    positions,
    up,
    scale: { metresPerUnit, relativeSigma: 0.005, source: { kind: 'typed' } },
    views,
    nameOf: (id) => id,
    async things(words) {
      const wanted = instances.filter(({ name }) => name === words);
      const classOf = [words, words.replace(/s$/, '')];
      const things =
        found.get(words) ??
        (wanted.length > 0
          ? wanted.map(({ id, name }) => thingOf(name, positions, members.get(id) ?? [], up))
          : piecesOf(new Set(instances.flatMap((each) => (classOf.includes(each.class) ? [each.id] : [])))));
      if (things.length === 0) throw cannotAnswer(`nothing that is “${words}” was found.`);
      found.set(words, things);
      return things;
    },
    floor: () =>
      floorOutline({ count: ids.length, positions, isFloor: (i) => floorIds.has(ids[i]), isThere: () => true, up }),
  };
  return {
    context,
    things: instances,
    shareOf: (photoIdx, thingId) => areas[photoIdx][thingId] / (width * height),
  };
}

async function sixteenBit(path: string): Promise<Uint16Array> {
  const bytes = await sharp(path).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}
