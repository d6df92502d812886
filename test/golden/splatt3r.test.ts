// Splatt3R compiled by us against the official modules on random weights (test/fixtures/models/splatt3r-tiny/make_golden.py), and its Gaussians on their way.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { columnsOf } from '../../electron/engine/chunk-file.ts';
import { buildDust3r } from '../../models/compile/dust3r.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { depthViewOf, gaussiansFromPoints } from '../../models/geometry/gaussians.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import { createReconstructor } from '../../models/run/registry.ts';
import { decodePointChunk, encodePointChunk } from '../../projects/format/point-chunk.ts';
import { identitySim3 } from '../../projects/format/sim3.ts';
import { patternPhoto } from '../unit/models/run/photos.ts';
import { plainSettings } from '../support/plain-settings.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

test.for(['float32', 'float16'] as const)('points, confidences and Gaussians agree in %s', async (precision) => {
  const options = { packsFolder, acceptLicence: true, precision, session };
  const { pack } = await addPack(fixture('splatt3r-tiny/splatt3r.safetensors'), options);
  expect(pack.manifest).toMatchObject({ kind: 'pairwise', family: 'splatt3r', config: { gaussians: true } });
  const report = await checkPack(pack, fixture('splatt3r-tiny/golden.safetensors'), session);
  // Tolerances and their reasons: models/run/check-pack.ts.
  expect(report.tolerance).toEqual(goldenTolerance[precision]);
  expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.outputs.map(({ name }) => name)).toEqual([
    'out.1.pts3d',
    'out.2.pts3d_in_other_view',
    'out.1.conf',
    'out.2.conf',
    'out.1.gaussians',
  ]);
});

test('the tensors of the released network are all known, and what it was trained with is passed over', async () => {
  const text = await readFile(fixture('splatt3r_v1.0.tensors.json'), 'utf8');
  const { tensors } = JSON.parse(text) as { tensors: Record<string, number[]> };
  const trainedWith = { 'lpips_criterion.net.slice1.0.weight': [64, 3, 3, 3] };
  const source = { ...randomSource({ ...tensors, ...trainedWith }, ''), expression: null };
  const { config } = buildDust3r(source, 'epoch=19-step=1200.ckpt', 'float32');
  expect(config).toMatchObject({
    head: 'dpt',
    gaussians: true,
    sizePx: 512,
    encoder: { heads: 16, depth: 24 },
    decoder: { heads: 12, depth: 12 },
  });
  const lacking = new Map(source.tensors);
  lacking.delete('encoder.downstream_head1.gaussian_dpt.dpt.scratch.refinenet2.out_conv.bias');
  expect(() => buildDust3r({ ...source, tensors: lacking }, 'x', 'float32')).toThrow(/gaussian_dpt.*out_conv\.bias/);
});

test('a photo’s Gaussians reach the splats of its frame', async () => {
  const { pack } = await addPack(fixture('splatt3r-tiny/splatt3r.safetensors'), {
    packsFolder,
    acceptLicence: true,
    session,
  });
  const method = await createReconstructor(pack.manifest.id, pack.folder, session);
  const photos = [0, 1].map((idx) => patternPhoto(idx));
  const settings = { ...plainSettings, sizePx: 64 };
  await method.begin({ settings, photos, cacheFolder: join(packsFolder, 'cache'), saved: null });
  const { pointMaps, placed } = await method.step(photos[0], { update: true, reset: false });
  await method.dispose();
  const points = decodePointChunk(encodePointChunk(columnsOf(pointMaps[0])));
  expect(points.gaussians).not.toBeNull();
  const view = depthViewOf(points, identitySim3, placed[0].intrinsics, null);
  const splats = gaussiansFromPoints(points, view, []);
  // Random weights put some points behind the camera; those are not shown.
  expect(splats.count).toBeGreaterThan(50);
  let at = 0;
  for (let i = 0; i < points.count; i++) {
    if (!(points.positions[3 * i + 2] > 0)) continue;
    for (let k = 0; k < 3; k++) {
      const offset = points.gaussians?.offsets[3 * i + k] ?? NaN;
      expect(splats.means[3 * at + k]).toBe(Math.fround(points.positions[3 * i + k] + offset));
      expect(splats.logScales[3 * at + k]).toBe(points.gaussians?.logScales[3 * i + k]);
    }
    at++;
  }
  expect(splats.count).toBe(at);
});
