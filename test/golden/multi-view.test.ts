// VGGT, Fast3R, Pi3 and Depth Anything 3 compiled by us against the official modules on random weights (test/fixtures/models/*-tiny/make_golden.py).
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuiltGraph } from '../../models/compile/built-graph.ts';
import { buildDa3, da3Licence, da3Size } from '../../models/compile/da3.ts';
import { buildFast3r } from '../../models/compile/fast3r.ts';
import { buildPi3 } from '../../models/compile/pi3.ts';
import { buildVggt } from '../../models/compile/vggt.ts';
import { viewsWorkingMb } from '../../models/compile/views-memory.ts';
import { previewCheckpoint } from '../../models/run/add-pack.ts';
import { checkPack } from '../../models/run/check-pack.ts';
import { nearestRotation } from '../../models/run/multi-view/read-pi3.ts';
import { viewIds } from '../../models/run/multi-view/view-network.ts';
import { decodeSafetensors, encodeSafetensors } from '../../projects/format/safetensors.ts';
import { matrixFromQuaternion } from '../../projects/format/sim3.ts';
import { expectWindows, modelFixture, releasedSource } from '../support/golden-windows.ts';

let packsFolder = '';
beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

/** Numbers that the graphs hold, in millions. */
const millions = (graphs: Readonly<Record<string, BuiltGraph>>): number =>
  Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0) / 4e6;

describe.for(['float32', 'float16'] as const)('every stage agrees in %s:', (precision) => {
  test('VGGT, on grids smaller and larger than the learned one', async () => {
    const outputs = ['camera', 'depth', 'depth_conf', 'points', 'points_conf'];
    const pack = await expectWindows(packsFolder, 'vggt', precision, outputs, { small: 3, wide: 2 });
    expect(pack.manifest.config).toMatchObject({ patchPx: 14, sizePx: 70, views: 6 });
    const other = modelFixture('dust3r-tiny-linear.golden.safetensors');
    await expect(checkPack(pack, other, { providers: [], threads: 1 })).rejects.toThrow('no recorded window');
  });

  test('Fast3R', async () => {
    const outputs = ['local', 'local_conf', 'points', 'points_conf'];
    const pack = await expectWindows(packsFolder, 'fast3r', precision, outputs, { small: 3, wide: 2 });
    expect(pack.manifest.config).toMatchObject({ patchPx: 16, sizePx: 512 });
  });

  test('Pi3', async () => {
    const outputs = ['camera', 'conf', 'points'];
    const pack = await expectWindows(packsFolder, 'pi3', precision, outputs, { small: 3, wide: 2 });
    expect(pack.manifest.config).toMatchObject({ patchPx: 14, sizePx: 518 });
  });

  test('Depth Anything 3, on the learned grid too, which is not resized', async () => {
    const outputs = ['camera', 'depth', 'depth_conf'];
    const pack = await expectWindows(packsFolder, 'da3', precision, outputs, { same: 0, small: 0, wide: 0 });
    expect(pack.manifest.config).toMatchObject({ patchPx: 14, sizePx: 504 });
  });
});

describe('the tensors of the released network are all known and all there:', () => {
  test('VGGT', async () => {
    const { config, graphs } = buildVggt(await releasedSource('vggt_1b'), 'model.pt', 'float32');
    expect(config).toMatchObject({
      encoder: { depth: 24, channels: 1024, heads: 16, side: 37, registers: 4 },
      depth: 24,
      heads: 16,
      taps: [4, 11, 17, 23],
      sizePx: 518,
    });
    // model-facts 6: 1190.6 M without the tracker; the mask token is not used.
    expect(millions(graphs)).toBeCloseTo(1190.6, 0);
    const name = 'depth_head.scratch.refinenet2.out_conv.bias';
    const lacking = await releasedSource('vggt_1b', name);
    expect(() => buildVggt(lacking, 'model.pt', 'float32')).toThrow(`1 tensor missing: ${name}`);
  });

  test('Fast3R', async () => {
    const { config, graphs } = buildFast3r(await releasedSource('fast3r_vit_large_512'), 'model', 'float32');
    expect(config).toMatchObject({
      encoder: { channels: 1024, depth: 24, heads: 16 },
      decoder: { channels: 1024, depth: 24, heads: 16 },
    });
    // model-facts 8: about 647.6 M, of which two units of the heads (1.18 M each) are never used.
    expect(millions(graphs)).toBeCloseTo(645.3, 0);
    const lacking = await releasedSource('fast3r_vit_large_512', 'decoder.dec_blocks.7.attn.qkv.bias');
    expect(() => buildFast3r(lacking, 'model', 'float32')).toThrow('1 tensor missing: dec_blocks.7.attn.qkv.bias');
  });

  test('Pi3', async () => {
    const { config, graphs } = buildPi3(await releasedSource('pi3'), 'model', 'float32');
    expect(config).toMatchObject({
      encoder: { channels: 1024, depth: 24, heads: 16, side: 37, registers: 4 },
      depth: 36,
      heads: 16,
      registers: 5,
    });
    // model-facts 7: 958.7 M.
    expect(millions(graphs)).toBeCloseTo(958.7, 0);
    const name = 'conf_decoder.blocks.3.mlp.fc2.bias';
    const lacking = await releasedSource('pi3', name);
    expect(() => buildPi3(lacking, 'model', 'float32')).toThrow(`1 tensor missing: ${name}`);
  });

  test('Depth Anything 3 small', async () => {
    const { config, graphs } = buildDa3(await releasedSource('da3_small'), 'model', 'float32');
    expect(config).toMatchObject({
      encoder: { channels: 384, heads: 6, depth: 4, side: 37 },
      depth: 12,
      taps: [5, 7, 9, 11],
    });
    expect([da3Size(config), da3Licence(config).id]).toEqual(['small', 'Apache-2.0']);
    // model-facts 9: about 27 M are used when no poses are known, rays included, which are not asked for here.
    expect(millions(graphs)).toBeGreaterThan(24);
    expect(millions(graphs)).toBeLessThan(27);
    const lacking = await releasedSource('da3_small', 'model.cam_dec.fc_t.bias');
    expect(() => buildDa3(lacking, 'model', 'float32')).toThrow('1 tensor missing: cam_dec.fc_t.bias');
  });
});

test('a file with a tensor that nobody knows is refused by name', async () => {
  const bytes = await readFile(modelFixture('vggt-tiny/vggt.safetensors'));
  const path = join(packsFolder, 'strange.safetensors');
  const strange = { dtype: 'F32', shape: [1], data: new Float32Array(1) } as const;
  const tensors = { ...Object.fromEntries(decodeSafetensors(bytes).tensors), 'aggregator.strange.weight': strange };
  await writeFile(path, encodeSafetensors(tensors));
  await expect(previewCheckpoint(path, packsFolder)).rejects.toThrow('1 tensor unexpected: aggregator.strange.weight');
});

test('Fast3R’s views have names of their own, the same in every run', () => {
  const ids = [...viewIds(200)];
  expect(ids[0]).toBe(0n);
  expect(new Set(ids).size).toBe(200);
  expect(ids.every((id) => id < 1000n)).toBe(true);
  expect(ids).toEqual([...viewIds(200)]);
});

test('the rotation nearest to the matrix that Pi3 predicts is the official one', async () => {
  const { tensors } = decodeSafetensors(await readFile(modelFixture('pi3-tiny/golden.safetensors')));
  for (const label of ['small', 'wide']) {
    const raw = tensors.get(`${label}.out.camera`)?.data as Float32Array;
    const poses = tensors.get(`${label}.pose`)?.data as Float32Array;
    for (let view = 0; view < raw.length / 12; view++) {
      const rotation = matrixFromQuaternion(nearestRotation([...raw.slice(12 * view + 3, 12 * view + 12)]));
      for (let row = 0; row < 3; row++)
        for (let col = 0; col < 3; col++)
          // The official decomposition runs in float32.
          expect(rotation[3 * row + col]).toBeCloseTo(poses[16 * view + 4 * row + col], 4);
    }
  }
});

test('more photos at once take more memory, in proportion', () => {
  const size = { sizePx: 518, patchPx: 14, channels: 1024, hidden: 4096, levels: 8192 };
  const [six, ten, fourteen] = [6, 10, 14].map((views) => viewsWorkingMb(size, views));
  expect(fourteen - ten).toBeCloseTo(ten - six, 6);
  expect(ten).toBeGreaterThan(six);
});
