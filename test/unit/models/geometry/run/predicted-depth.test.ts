// Another method beside the geometry: it meets the same photos, keeps its own state in the run's, and says what it predicts of a photo.

import { expect, test } from 'vitest';
import { PredictedDepth } from '../../../../../models/geometry/run/predicted-depth.ts';
import type {
  BeginOptions,
  PhotoSource,
  PointMap,
  Reconstructor,
  SceneState,
  StepOptions,
} from '../../../../../models/run/reconstructor.ts';
import { pinhole, rayThroughPixel } from '../../../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../../../projects/format/result.ts';
import { identitySim3 } from '../../../../../projects/format/sim3.ts';

/** Half as wide a view as the method believes: its focal length is wrong, its grid is not. */
const [methodCamera, trueCamera] = [pinhole(80, 60, 60), pinhole(80, 60, 90)];
const depthOf = (column: number, row: number): number => 2 + 0.1 * column + 0.02 * row;

/** Counts what it has met; believes that the depth of everything is a slope. */
class Slope implements Reconstructor {
  readonly provider = 'Slope · CPU';
  met: string[] = [];
  asked: StepOptions[] = [];
  disposed = false;

  sizePx: number | null = null;

  async begin({ saved, settings: { sizePx } }: BeginOptions): Promise<number> {
    this.sizePx = sizePx;
    this.met = (saved?.facts['met'] as string[] | undefined) ?? [];
    return this.met.length;
  }

  async step(photo: PhotoSource, options: StepOptions) {
    if (photo.name === 'slit.jpg') throw new StudioFailure('bad-input', { reason: 'the photo is too narrow.' });
    if (photo.name === 'broken.jpg') throw new TypeError('no such tensor');
    this.asked.push(options);
    if (options.update) this.met.push(photo.id);
    const placed = { photoId: photo.id, worldFromCamera: identitySim3, intrinsics: methodCamera, submapIdx: 0 };
    return {
      ...{ placed: [{ ...placed, confidence: 1 }], waiting: [], notices: ['not for the user'], modelMs: 3 },
      pointMaps: photo.name === 'dark.jpg' ? [] : [mapOf(photo.id)],
    };
  }

  async settle() {
    return { placed: [], waiting: [], pointMaps: [], notices: [], modelMs: 0, settled: true };
  }

  async peek() {
    return null;
  }

  async save(): Promise<SceneState> {
    const data = Float32Array.of(this.met.length);
    return {
      ...{ modelId: 'slope', stepIdx: this.met.length, facts: { met: this.met } },
      tensors: { count: { dtype: 'F32', shape: [1], data } },
    };
  }

  async dispose() {
    this.disposed = true;
  }
}

function mapOf(photoId: string): PointMap {
  const [gridWidthPx, gridHeightPx] = [20, 15];
  const cells = gridWidthPx * gridHeightPx;
  const positions = new Float32Array(3 * cells);
  for (let cell = 0; cell < cells; cell++) {
    const [column, row] = [cell % gridWidthPx, Math.floor(cell / gridWidthPx)];
    const z = depthOf(column, row);
    const [x, y] = rayThroughPixel(methodCamera, 4 * (column + 0.5), 4 * (row + 0.5));
    positions.set([x * z, y * z, z], 3 * cell);
  }
  const none = { normals: null, errors: null, moving: null };
  return {
    ...{ photoId, kind: 'final', gridWidthPx, gridHeightPx, positions, ...none },
    ...{ confidences: new Float32Array(cells).fill(1), colors: new Uint8Array(3 * cells) },
  };
}

const photo = (name: string): PhotoSource => ({
  ...{ id: name, path: name, name, sha256: name, widthPx: 80, heightPx: 60 },
  ...{ takenAtMs: null, focalPx: null, camera: null, gps: null, orderIdx: 0, prior: null },
  read: () => Promise.reject(new Error('not read here')),
});
const settings = { sizePx: null, maxFrames: null, refine: false, updateRule: 'plain', revisit: 'none' } as const;
const options: BeginOptions = {
  ...{ settings: { ...settings, depthModelId: 'slope' }, photos: [], cacheFolder: '', saved: null },
};
const update = { update: true, reset: false };

test('the depth of a photo lies where the photo shows it, whatever focal length the method believes in', async () => {
  const method = new Slope();
  const predicted = new PredictedDepth(method);
  // The size at which the geometry looks is not the method's.
  await predicted.begin({ ...options, settings: { ...options.settings, sizePx: 1600 } });
  expect(method.sizePx).toBeNull();
  expect(await predicted.meet(photo('a.jpg'), update)).toEqual({ notices: [], modelMs: 3 });
  const depth = (await predicted.hintOf(photo('a.jpg'), trueCamera))!(trueCamera);
  for (const [column, row] of [
    [40, 30],
    [22, 42],
    [70, 10],
  ])
    expect(depth[row * 80 + column]).toBeCloseTo(depthOf((column + 0.5) / 4 - 0.5, (row + 0.5) / 4 - 0.5), 4);
  // A look changes nothing.
  expect(method.asked.at(-1)).toEqual({ update: false, reset: false });
  expect(method.met).toEqual(['a.jpg']);
});

test('a photo that it cannot look at is told and has no predicted depth; a failure of the method itself is one', async () => {
  const predicted = new PredictedDepth(new Slope());
  await predicted.begin(options);
  const { notices } = await predicted.meet(photo('slit.jpg'), update);
  expect(notices).toEqual([expect.stringMatching(/^Depth of slit\.jpg is not predicted: .*too narrow\.$/)]);
  expect(await predicted.hintOf(photo('slit.jpg'), trueCamera)).toBeNull();
  expect(await predicted.hintOf(photo('dark.jpg'), trueCamera)).toBeNull();
  await expect(predicted.meet(photo('broken.jpg'), update)).rejects.toThrow('no such tensor');
  // The next photo is met all the same.
  expect((await predicted.meet(photo('b.jpg'), update)).notices).toEqual([]);
});

test('its state lies in that of the run under names of its own, and comes back', async () => {
  const predicted = new PredictedDepth(new Slope());
  await predicted.begin(options);
  for (const name of ['a.jpg', 'b.jpg']) await predicted.meet(photo(name), update);
  const { tensors, facts } = await predicted.save();
  expect(Object.keys(tensors)).toEqual(['predicted.count']);
  const method = new Slope();
  const saved: SceneState = { modelId: 'geometry', stepIdx: 2, tensors, facts: { ...facts, told: [] } };
  await new PredictedDepth(method).begin({ ...options, saved });
  expect(method.met).toEqual(['a.jpg', 'b.jpg']);
  // A run that was saved before anything filled its gaps.
  await new PredictedDepth(method).begin({ ...options, saved: { ...saved, facts: {} } });
  expect(method.met).toEqual([]);
  const last = new PredictedDepth(method);
  await last.dispose();
  expect(method.disposed).toBe(true);
});
