// Features and matching on rendered pictures with exact depth: a match is right when it shows the same place of the world.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectFeatures } from '../../../../../models/geometry/features/detect-features.ts';
import type { Features } from '../../../../../models/geometry/features/features.ts';
import { openScaleSpace, type ScaleSpace } from '../../../../../models/geometry/features/scale-space.ts';
import { openMatcher, type DescriptorMatcher } from '../../../../../models/geometry/matching/match-descriptors.ts';
import { Retrieval } from '../../../../../models/geometry/matching/retrieval.ts';
import { verifyPair } from '../../../../../models/geometry/two-view/verify-pair.ts';
import type { RgbImage } from '../../../../../models/run/reconstructor.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import { identitySim3, type Quaternion } from '../../../../../projects/format/sim3.ts';
import { renderScene } from '../../../../support/textured-scene.ts';

const camera = pinhole(240, 180, 210);
let scaleSpace: ScaleSpace;
let matcher: DescriptorMatcher;

beforeAll(async () => {
  scaleSpace = await openScaleSpace(1);
  matcher = await openMatcher(1);
});
afterAll(async () => {
  await scaleSpace.dispose();
  await matcher.dispose();
});

const rolled = (angle: number): Quaternion => [0, 0, Math.sin(angle / 2), Math.cos(angle / 2)];

describe('features', () => {
  test('a photo turned by forty degrees matches itself at the turned places', async () => {
    const angle = (40 * Math.PI) / 180;
    const a = await detectFeatures(renderScene(camera, identitySim3).image, scaleSpace);
    const turned = renderScene(camera, { ...identitySim3, rotation: rolled(angle) }).image;
    const b = await detectFeatures(turned, scaleSpace);
    expect(a.count).toBeGreaterThan(200);
    const matches = await matcher.match(a, b, { maxRatio: 0.8 });
    let right = 0;
    for (let k = 0; k < matches.length; k += 2) {
      // Rolling the camera by an angle turns the picture the other way around its middle.
      const x = a.xPx[matches[k]] - 120;
      const y = a.yPx[matches[k]] - 90;
      const u = Math.cos(angle) * x + Math.sin(angle) * y + 120;
      const v = -Math.sin(angle) * x + Math.cos(angle) * y + 90;
      if (Math.hypot(b.xPx[matches[k + 1]] - u, b.yPx[matches[k + 1]] - v) < 1.5) right++;
    }
    expect(matches.length / 2).toBeGreaterThan(60);
    expect(right / (matches.length / 2)).toBeGreaterThan(0.95);
  });

  test('a step to the side keeps enough matches to prove the geometry', async () => {
    const a = await detectFeatures(renderScene(camera, identitySim3).image, scaleSpace);
    const b = await detectFeatures(
      renderScene(camera, { ...identitySim3, translation: [0.6, 0, 0.1] }).image,
      scaleSpace,
    );
    const pair = verifyPair(a, b, await matcher.match(a, b, { maxRatio: 0.8 }));
    expect(pair?.inliers.length).toBeGreaterThan(80);
    // Walls, floor and box do not lie in one plane.
    expect(pair?.planarShare).toBeLessThan(0.95);
  });

  test('a picture without structure has no features and matches nothing', async () => {
    const white: RgbImage = { widthPx: 200, heightPx: 150, data: new Uint8Array(200 * 150 * 3).fill(250) };
    const empty = await detectFeatures(white, scaleSpace);
    expect(empty.count).toBe(0);
    const a = await detectFeatures(renderScene(camera, identitySim3).image, scaleSpace);
    expect(await matcher.match(a, empty, { maxRatio: 0.8 })).toHaveLength(0);
  });

  test('retrieval ranks the photo from the nearest place first', async () => {
    const at = [
      [0, 0, 0],
      [0.9, 0, 1],
      [-1.6, 0.2, 0.6],
      [0.06, 0, 0],
    ] as const;
    const photos: Features[] = [];
    for (const translation of at)
      photos.push(await detectFeatures(renderScene(camera, { ...identitySim3, translation }).image, scaleSpace));
    const retrieval = new Retrieval((idx) => Promise.resolve(photos[idx].descriptors));
    expect((await retrieval.similarTo(3, 3))[0]).toBe(0);
  });
});
