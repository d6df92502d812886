// Splat files are read by PlayCanvas' splat-transform, and the numbers compared with what went in.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportProject } from '../../../../projects/export/export-project.ts';
import { packQuaternion } from '../../../../projects/export/spz.ts';
import { decodeGaussianChunk } from '../../../../projects/format/gaussian-chunk.ts';
import {
  angleBetween,
  dot,
  multiplyQuaternions,
  normalizedQuaternion,
  rotate,
  transformPoint,
  type Quaternion,
} from '../../../../projects/format/sim3.ts';
import { editsOf, renderedRun, type RenderedRun } from '../../../support/export-source.ts';

const splatTransform = join(import.meta.dirname, '../../../../node_modules/@playcanvas/splat-transform/bin/cli.mjs');

let folder = '';
let run: RenderedRun;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-splats-'));
  run = renderedRun(2);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Rows of a splat file as splat-transform understands it: it writes them as CSV. */
async function readByPlayCanvas(path: string): Promise<Map<string, number[]>> {
  const csv = `${path}.csv`;
  await promisify(execFile)(process.execPath, [splatTransform, '--quiet', '--overwrite', path, csv]);
  const [head, ...rows] = (await readFile(csv, 'utf8')).trim().split('\n');
  const columns = head.split(',').map((name): [string, number[]] => [name.trim(), []]);
  for (const row of rows) row.split(',').forEach((cell, k) => columns[k][1].push(Number(cell)));
  return new Map(columns);
}

/** The same splats computed from the chunks, frame after frame. */
async function truth() {
  const splats: {
    mean: readonly number[];
    rotation: Quaternion;
    logScale: number[];
    color: number[];
    feature: number;
  }[] = [];
  for (const [i, { id }] of run.gaussians.entries()) {
    const { count, means, logScales, rotations, colors, featureIdx } = decodeGaussianChunk(await run.readChunk(id));
    const pose = { ...run.cameras[i].worldFromCamera, scale: 2 };
    for (let k = 0; k < count; k++) {
      const own = normalizedQuaternion([
        rotations[k * 4],
        rotations[k * 4 + 1],
        rotations[k * 4 + 2],
        rotations[k * 4 + 3],
      ]);
      // Exports turn the thin axis of a disc towards its camera, which is the same disc.
      const isAway = dot(rotate(own, [0, 0, 1]), [means[k * 3], means[k * 3 + 1], means[k * 3 + 2]]) > 0;
      splats.push({
        mean: transformPoint(pose, [means[k * 3], means[k * 3 + 1], means[k * 3 + 2]]),
        rotation: multiplyQuaternions(pose.rotation, isAway ? multiplyQuaternions(own, [1, 0, 0, 0]) : own),
        logScale: [...logScales.subarray(k * 3, k * 3 + 3)].map((value) => value + Math.log(2)),
        color: [...colors.subarray(k * 4, k * 4 + 4)],
        feature: featureIdx[k],
      });
    }
  }
  return splats;
}

const column = (columns: Map<string, number[]>, name: string): number[] => {
  const values = columns.get(name);
  if (!values) throw new Error(`no column ${name}: ${[...columns.keys()].join(' ')}`);
  return values;
};

interface Tolerance {
  mean: number;
  angle: number;
  logScale: number;
  level: number;
}

async function compare(columns: Map<string, number[]>, tolerance: Tolerance): Promise<void> {
  const expected = await truth();
  expect(column(columns, 'x')).toHaveLength(expected.length);
  const sh0 = 0.28209479177387814;
  let worst: Tolerance = { mean: 0, angle: 0, logScale: 0, level: 0 };
  expected.forEach(({ mean, rotation, logScale, color }, i) => {
    const at = (name: string): number => column(columns, name)[i];
    const got: Quaternion = [at('rot_1'), at('rot_2'), at('rot_3'), at('rot_0')];
    const level = (name: string): number => (0.5 + sh0 * at(name)) * 255;
    const opacity = 255 / (1 + Math.exp(-at('opacity')));
    worst = {
      mean: Math.max(worst.mean, ...['x', 'y', 'z'].map((name, k) => Math.abs(at(name) - mean[k]))),
      angle: Math.max(worst.angle, angleBetween(normalizedQuaternion(got), rotation)),
      logScale: Math.max(worst.logScale, ...[0, 1, 2].map((k) => Math.abs(at(`scale_${k}`) - logScale[k]))),
      level: Math.max(
        worst.level,
        ...[0, 1, 2].map((k) => Math.abs(level(`f_dc_${k}`) - color[k])),
        Math.abs(opacity - color[3]),
      ),
    };
  });
  for (const key of ['mean', 'angle', 'logScale', 'level'] as const)
    expect(worst[key], key).toBeLessThan(tolerance[key]);
}

describe('Splat PLY', () => {
  test('read by splat-transform gives every splat back', async () => {
    const { path } = await exportProject({ format: 'splat-ply', outPath: join(folder, 's.ply'), source: run });
    // Float32 everywhere; opacity 255 is written a quarter of a step lower so that its logit is finite.
    await compare(await readByPlayCanvas(path), { mean: 1e-5, angle: 1e-3, logScale: 1e-5, level: 0.26 });
  });

  test('carries the codebook index when asked, −1 where there is none', async () => {
    const options = { includeFeatures: true };
    const { path } = await exportProject({ format: 'splat-ply', outPath: join(folder, 's.ply'), source: run, options });
    const features = column(await readByPlayCanvas(path), 'feature');
    (await truth()).forEach(({ feature }, i) => expect(features[i]).toBe(feature === 65535 ? -1 : feature));
  });

  test('of a selection holds only the selection, without deleted boxes', async () => {
    const cameraFromBox = { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 } as const;
    run.edits = editsOf({ kind: 'points-deleted', boxes: [{ frameId: 'f0', cameraFromBox, halfSize: [9, 9, 9] }] });
    const options = { keepSplat: (_: string, splatIdx: number) => splatIdx % 4 === 0 };
    const { path } = await exportProject({ format: 'splat-ply', outPath: join(folder, 's.ply'), source: run, options });
    const columns = await readByPlayCanvas(path);
    const expected = (await truth()).slice(64 * 48).filter((_, i) => i % 4 === 0);
    expect(column(columns, 'x')).toHaveLength(expected.length);
    expected.forEach(({ mean }, i) => expect(column(columns, 'x')[i]).toBeCloseTo(mean[0], 4));
  });
});

describe('SPZ', () => {
  test('read by splat-transform gives every splat back within its steps', async () => {
    const { path, bytes } = await exportProject({ format: 'spz', outPath: join(folder, 's.spz'), source: run });
    // Half steps of the format: 2^-17 m and float32; 1/32 in log scale; one step of f_dc is 1/(0.15 · 255), 1.9 grey levels.
    // A rotation part has steps of (1/√2)/511 = 0.0014: half of it, in three parts, doubled by the half angle.
    await compare(await readByPlayCanvas(path), { mean: 2e-5, angle: 4e-3, logScale: 0.0316, level: 1 });
    const ply = await exportProject({ format: 'splat-ply', outPath: join(folder, 's.ply'), source: run });
    expect(bytes).toBeLessThan(ply.bytes / 3);
  });

  test('packs the same rotation for q and −q', () => {
    const q: Quaternion = [0.1, -0.7, 0.2, 0.678];
    const [x, y, z, w] = q;
    expect(packQuaternion([-x, -y, -z, -w])).toBe(packQuaternion(q));
  });
});
