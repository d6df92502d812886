// What we write, our own import reads back: poses and intrinsics survive the way through COLMAP files and transforms.json.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportProject } from '../../../../projects/export/export-project.ts';
import { angleBetween, length, subtract } from '../../../../projects/format/sim3.ts';
import { readColmap } from '../../../../projects/import/foreign/colmap.ts';
import type { Priors } from '../../../../projects/import/foreign/prior-index.ts';
import { readTransforms } from '../../../../projects/import/foreign/transforms.ts';
import { renderedRun } from '../../../support/export-source.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-round-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = renderedRun();

function expectTruth(priors: Priors): void {
  run.photos.forEach((photo, i) => {
    const prior = priors.ofFile(photo.name);
    const { worldFromCamera, intrinsics } = run.cameras[i];
    // Doubles written with all their digits.
    expect(angleBetween(prior?.worldFromCamera.rotation ?? [0, 0, 0, 1], worldFromCamera.rotation)).toBeLessThan(1e-7);
    expect(length(subtract(prior?.worldFromCamera.translation ?? [9, 9, 9], worldFromCamera.translation))).toBeLessThan(
      1e-9,
    );
    expect(prior?.intrinsics).toEqual(intrinsics);
  });
}

test('a COLMAP model comes back, binary and text alike', async () => {
  const { path } = await exportProject({ format: 'colmap', outPath: join(folder, 'model'), source: run });
  expectTruth(await readColmap(join(path, 'sparse/0/cameras.bin'), join(path, 'sparse/0/images.bin'), 'bin'));
  expectTruth(await readColmap(join(path, 'sparse_text/cameras.txt'), join(path, 'sparse_text/images.txt'), 'txt'));
});

test('transforms.json comes back', async () => {
  const { path } = await exportProject({ format: 'transforms', outPath: join(folder, 'model'), source: run });
  expectTruth(await readTransforms(join(path, 'transforms.json')));
});
