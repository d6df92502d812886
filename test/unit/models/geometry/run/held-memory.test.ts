// What a run holds grows by little with every photo: descriptors lie in files, links are read out of the pairs, nothing is held twice.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Features } from '../../../../../models/geometry/features/features.ts';
import type { FrontEnd } from '../../../../../models/geometry/front-end/front-end.ts';
import { MatchGraph } from '../../../../../models/geometry/map/match-graph.ts';
import { Growth } from '../../../../../models/geometry/run/growth.ts';
import { PhotoFeatures } from '../../../../../models/geometry/run/photo-features.ts';
import type { PhotoSource } from '../../../../../models/run/reconstructor.ts';
import { StudioFailure } from '../../../../../projects/format/result.ts';
import { Facade, facadeLens } from '../../../../support/facade.ts';
import { heldBytes } from '../../../../support/held-bytes.ts';

const megabyte = 2 ** 20;

describe('a walk of forty-eight photos along a front', () => {
  const facade = new Facade(48);
  const growth = new Growth(new MatchGraph());
  const photos: number[] = [];
  const walkTo = (end: number): void => {
    for (let photo = photos.length; photo < end; photo++) {
      growth.add(facade.addTo(growth.graph, photos, photo), facadeLens);
      photos.push(photo);
    }
  };

  test('each holds fifteen bytes a feature, four a match, and what the map needs for its points', () => {
    walkTo(24);
    const before = { bytes: heldBytes(growth), points: growth.maps[0].map.points.size };
    walkTo(48);
    const { graph, maps } = growth;
    expect(maps[0].map.poses.size).toBe(48);
    const later = graph.pairs.filter(({ bIdx }) => bIdx >= 24);
    const features = graph.images.slice(24).reduce((sum, { count }) => sum + count, 0);
    const matches = later.reduce((sum, { inliers }) => sum + inliers.length / 2, 0);
    const points = maps[0].map.points.size - before.points;
    const observations = [...maps[0].map.points.values()].reduce((sum, { track }) => sum + track.length, 0) / 2;
    // Place, size and colour of a feature, and the point that it shows.
    const ofFeatures = (15 + 4) * features;
    const ofMatches = 4 * matches;
    // A pair with its matrix, its numbers, and two views into long arrays.
    const ofPairs = 256 * later.length;
    const ofPoints = 144 * points + 8 * observations;
    const ofPhotos = 1024 * 24;
    const slack = 2 * 2 ** 17;
    const grown = heldBytes(growth) - before.bytes;
    expect(grown).toBeLessThan(ofFeatures + ofMatches + ofPairs + ofPoints + ofPhotos + slack);
    // With descriptors and links beside the pairs it would be more than that by far.
    expect(grown).toBeLessThan(0.5 * (ofFeatures + 128 * features + (4 + 2 * 8) * matches));
  });
});

describe('descriptors', () => {
  let folder: string;
  let detected: number;
  beforeEach(async () => {
    detected = 0;
    folder = await mkdtemp(join(tmpdir(), 'features-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** 16,384 features: 2 MB of descriptors, which tell whose they are. */
  const count = 16384;
  const featuresOf = (idx: number): Features => ({
    ...{ widthPx: 64, heightPx: 48, count, described: count },
    xPx: new Float32Array(count).fill(idx),
    yPx: new Float32Array(count),
    scalePx: new Float32Array(count).fill(2),
    descriptors: new Uint8Array(128 * count).fill(idx),
    colors: new Uint8Array(3 * count),
  });
  const photos = Array.from({ length: 12 }, (_, idx): PhotoSource => ({
    ...{ id: `photo${idx}`, path: `${idx}.jpg`, name: `${idx}.jpg`, sha256: `hash${idx}`, orderIdx: idx },
    ...{ widthPx: 64, heightPx: 48, takenAtMs: null, focalPx: null, camera: null, gps: null, prior: null },
    read: () => Promise.resolve({ widthPx: 64, heightPx: 48, data: new Uint8Array([idx]) }),
  }));
  const frontEnd = {
    detect: ({ data }) => {
      detected++;
      return Promise.resolve(featuresOf(data[0]));
    },
  } as Pick<FrontEnd, 'detect'> as FrontEnd;

  test('stay in memory up to eight megabytes; those of earlier photos are read back from their files', async () => {
    const features = new PhotoFeatures(frontEnd, folder, null);
    for (const photo of photos) expect((await features.of(photo)).descriptors[0]).toBe(photos.indexOf(photo));
    expect(features.heldBytes).toBe(8 * megabyte);
    for (const [idx, photo] of photos.entries()) {
      const descriptors = await features.descriptorsOf(photo);
      expect([descriptors.length, descriptors[0], descriptors.at(-1)]).toEqual([128 * count, idx, idx]);
    }
    expect(features.heldBytes).toBe(8 * megabyte);
    expect(detected).toBe(12);
  });

  test('whose file has vanished are found again', async () => {
    const features = new PhotoFeatures(frontEnd, folder, null);
    for (const photo of photos) await features.of(photo);
    for (const name of await readdir(folder)) await rm(join(folder, name));
    expect((await features.descriptorsOf(photos[1]))[0]).toBe(1);
    expect(detected).toBe(13);
    // With the photo gone as well it shares nothing with later ones, and the run goes on.
    const gone = { ...photos[2], read: () => Promise.reject(new StudioFailure('photo-missing', { name: '2.jpg' })) };
    expect(await features.descriptorsOf(gone)).toHaveLength(0);
  });

  test('that cannot be written stay in memory, however many', async () => {
    const nowhere = join(folder, 'a file');
    await mkdir(folder, { recursive: true });
    await writeFile(nowhere, '');
    const features = new PhotoFeatures(frontEnd, join(nowhere, 'cache'), null);
    for (const photo of photos) await features.of(photo);
    for (const [idx, photo] of photos.entries()) expect((await features.descriptorsOf(photo))[0]).toBe(idx);
    expect(detected).toBe(12);
  });
});
