// Every text and point format is read back, by somebody else's loader where there is one, and compared with the rendered truth.
import { access, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { Mesh, Points } from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportProject } from '../../../../projects/export/export-project.ts';
import { exportFormatIds, exportFormats, type ExportFormatId } from '../../../../projects/format/export-formats.ts';
import { quaternionFromMatrix, angleBetween, distanceFromSurface } from './truth.ts';
import type { ExportOptions } from '../../../../projects/export/source.ts';
import { editsOf, renderedRun, type RenderedRun } from '../../../support/export-source.ts';

let folder = '';
let run: RenderedRun;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-export-'));
  run = renderedRun();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(format: ExportFormatId, options: ExportOptions = {}) {
  const outPath = join(folder, `out.${exportFormats[format].extension ?? 'folder'}`);
  return exportProject({ format, outPath, source: run, options });
}

const lines = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Points of a PLY file by three's loader. */
async function plyOf(path: string) {
  const bytes = await readFile(path);
  const geometry = new PLYLoader().parse(new Uint8Array(bytes).buffer);
  return {
    positions: geometry.getAttribute('position'),
    colors: geometry.getAttribute('color'),
    normals: geometry.getAttribute('normal'),
  };
}

describe('Camera paths', () => {
  test('TUM lines give the true poses back', async () => {
    const { path } = await write('tum');
    const rows = (await lines(path)).map((line) => line.split(' ').map(Number));
    expect(rows.map((row) => row[0])).toEqual([0, 1, 2]);
    rows.forEach(([, x, y, z, qx, qy, qz, qw], i) => {
      const truth = run.cameras[i].worldFromCamera;
      expect(Math.hypot(x - truth.translation[0], y - truth.translation[1], z - truth.translation[2])).toBeLessThan(
        1e-8,
      );
      // Nine digits of a quaternion: below 1e-8 rad.
      expect(angleBetween([qx, qy, qz, qw], truth.rotation)).toBeLessThan(1e-8);
    });
  });

  test('KITTI lines are camera-to-world matrices row by row', async () => {
    const { path } = await write('kitti');
    (await lines(path)).forEach((line, i) => {
      const m = line.split(' ').map(Number);
      expect(m).toHaveLength(12);
      const truth = run.cameras[i].worldFromCamera;
      expect([m[3], m[7], m[11]].map((v, k) => Math.abs(v - truth.translation[k])).every((d) => d < 1e-8)).toBe(true);
      expect(
        angleBetween(quaternionFromMatrix([m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]]), truth.rotation),
      ).toBeLessThan(1e-7);
    });
  });

  test('KITTI says which photos have no line', async () => {
    run.edits = editsOf({ kind: 'frames-hidden', frameIds: ['f1'], hidden: true });
    const { notices } = await write('kitti');
    expect(notices).toEqual([expect.stringContaining('1 photos without')]);
  });

  test('the table lists every photo, and cells cannot act as formulas', async () => {
    run.photos = run.photos.map((photo, i) => (i === 1 ? { ...photo, name: '=HYPERLINK("x"), a.jpg' } : photo));
    run.frames[2] = { ...run.frames[2], status: 'failed', worldFromCamera: null, intrinsics: null };
    const [head, ...rows] = await lines((await write('csv')).path);
    expect(rows).toHaveLength(3);
    expect(rows[0].split(',')).toHaveLength(head.split(',').length);
    expect(rows[1].startsWith(`"'=HYPERLINK(""x""), a.jpg",1,placed,`)).toBe(true);
    expect(rows[2]).toContain('failed,,,,');
  });

  test('scale and order of the user reach the numbers', async () => {
    run.edits = editsOf({ kind: 'scale-set', metresPerUnit: 3 }, { kind: 'photos-reordered', photoIds: ['p2', 'p0'] });
    const kitti = (await lines((await write('kitti')).path)).map((line) => Number(line.split(' ')[3]));
    const x = (i: number): number => run.cameras[i].worldFromCamera.translation[0] * 3;
    [x(2), x(0), x(1)].forEach((value, i) => expect(kitti[i]).toBeCloseTo(value, 7));
  });
});

describe('Points', () => {
  test('PLY read by three holds the rendered surface with its colours', async () => {
    const { path } = await write('ply');
    const { positions, colors, normals } = await plyOf(path);
    expect(positions.count).toBe(3 * 64 * 48);
    for (let i = 0; i < positions.count; i += 97) {
      const point = [positions.getX(i), positions.getY(i), positions.getZ(i)] as const;
      // Points of one frame were shuffled: find the pixel by projecting, and compare depth there. 1e-5: float32 at a few metres.
      const seen = distanceFromSurface(run, point);
      expect(seen).toBeLessThan(1e-5);
      expect(Math.hypot(normals.getX(i), normals.getY(i), normals.getZ(i))).toBeCloseTo(1, 5);
      expect(colors.getX(i)).toBeGreaterThanOrEqual(0);
    }
  });

  test('what is hidden, excluded, deleted, unsure or inferred is not written', async () => {
    const count = async (options: ExportOptions = {}): Promise<number> =>
      (await plyOf((await write('ply', options)).path)).positions.count;
    const all = await count();
    expect(await count({ minConfidence: 0.5 })).toBe(all / 2);
    run.edits = editsOf({ kind: 'frames-hidden', frameIds: ['f0'], hidden: true });
    expect(await count()).toBe((all * 2) / 3);
    run.edits = editsOf({ kind: 'photos-excluded', photoIds: ['p0', 'p1'], excluded: true });
    expect(await count()).toBe(all / 3);
    run.edits = editsOf({ kind: 'photos-excluded', photoIds: ['p0', 'p1'], excluded: true }).map((record) => ({
      ...record,
      undone: true,
    }));
    expect(await count()).toBe(all);
    const cameraFromBox = { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 } as const;
    run.edits = editsOf({
      kind: 'points-deleted',
      boxes: [{ frameId: 'f0', cameraFromBox, halfSize: [100, 100, 100] }],
    });
    expect(await count()).toBe((all * 2) / 3);
    run.edits = [];
    run.chunks.push({ ...run.chunks[0], id: 'preview', kind: 'preview' }, { ...run.chunks[0], kind: 'inferred' });
    expect(await count()).toBe(all);
    expect(await count({ maxCount: 900 })).toBe(900);
  });

  test('GLB read by three holds as many points, y up, inside the stated bounds', async () => {
    const { path } = await write('glb');
    const bytes = new Uint8Array(await readFile(path));
    const gltf = await new GLTFLoader().parseAsync(bytes.buffer, '');
    const points: Points[] = [];
    gltf.scene.traverse((object) => {
      expect(object).not.toBeInstanceOf(Mesh);
      if (object instanceof Points) points.push(object);
    });
    const position = points[0].geometry.getAttribute('position');
    expect(position.count).toBe(3 * 64 * 48);
    // glTF keeps vertex colours linear: their mean is the mean of the photos' colours after removing the sRGB curve.
    const color = points[0].geometry.getAttribute('color');
    let red = 0;
    for (let i = 0; i < color.count; i++) red += color.getX(i) / color.count;
    const linear = (byte: number): number => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    const reds = run.views.flatMap((view) => [...view.rgb].filter((_, at) => at % 3 === 0));
    expect(red).toBeCloseTo(reds.reduce((sum, byte) => sum + linear(byte), 0) / reds.length, 4);
    const { min, max } = gltf.parser.json.accessors[0] as { min: number[]; max: number[] };
    for (let i = 0; i < position.count; i += 11) {
      const p = [position.getX(i), position.getY(i), position.getZ(i)];
      p.forEach((value, k) => expect(value >= min[k] && value <= max[k]).toBe(true));
    }
    // Upright as the level cameras tell it, in a world whose up is z: from the floor to less than the ceiling at 2.4 m.
    expect(min[1]).toBeCloseTo(0, 4);
    expect(max[1]).toBeLessThan(2.41);
  });

  test('GLB stands as upright as the user has set it: heights become y', async () => {
    run.edits = editsOf({ kind: 'up-set', upInWorld: [0, 0, 1] });
    const bytes = new Uint8Array(await readFile((await write('glb')).path));
    const { parser } = await new GLTFLoader().parseAsync(bytes.buffer, '');
    const { min, max } = parser.json.accessors[0] as { min: number[]; max: number[] };
    expect(min[1]).toBeCloseTo(0, 4);
    expect(max[1]).toBeLessThan(2.41);
  });
});

describe('Folders', () => {
  test('transforms.json has OpenGL cameras at full photo size, and points beside it', async () => {
    const { path, notices } = await write('transforms');
    expect(notices).toEqual([]);
    const json = JSON.parse(await readFile(join(path, 'transforms.json'), 'utf8')) as {
      frames: { file_path: string; transform_matrix: number[][]; w: number; fl_x: number }[];
      ply_file_path: string;
    };
    json.frames.forEach(({ transform_matrix: m, w, fl_x: focal }, i) => {
      const { worldFromCamera, intrinsics } = run.cameras[i];
      expect([w, focal]).toEqual([64, intrinsics.fxPx]);
      expect([m[0][3], m[1][3], m[2][3]]).toEqual([...worldFromCamera.translation]);
      // The camera looks along −z there: from the eye towards (0, 1, 0.8).
      const towards = [0, 1, 0.8].map((value, k) => value - worldFromCamera.translation[k]);
      const l = Math.hypot(...towards);
      for (let k = 0; k < 3; k++) expect(-m[k][2]).toBeCloseTo(towards[k] / l, 9);
    });
    expect(json.frames[0].file_path.endsWith('photos/pictures/photo_00.jpg')).toBe(true);
    expect((await plyOf(join(path, json.ply_file_path))).positions.count).toBe(3 * 64 * 48);
  });

  test('depth maps give the rendered depth back, in millimetres when the scale is known', async () => {
    run.edits = editsOf({ kind: 'scale-set', metresPerUnit: 1 });
    const { path } = await write('depth');
    const about = JSON.parse(await readFile(join(path, 'depth.json'), 'utf8')) as {
      unitsPerStep: number;
      maps: { file: string; covered: number }[];
    };
    expect(about.unitsPerStep).toBe(0.001);
    expect(about.maps.map((map) => map.covered)).toEqual([1, 1, 1]);
    const { data, info } = await sharp(join(path, about.maps[1].file))
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([64, 48, 1]);
    const steps = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    run.views[1].depth.forEach((metres, at) => expect(Math.abs(steps[at] - metres * 1000)).toBeLessThan(0.51));
  });

  test('depth without a scale says so and uses all of 16 bits', async () => {
    const { path, notices } = await write('depth');
    expect(notices[0]).toContain('No scale is set');
    const { unitsPerStep } = JSON.parse(await readFile(join(path, 'depth.json'), 'utf8')) as { unitsPerStep: number };
    const largest = Math.max(...run.views.flatMap((view) => [...view.depth]));
    expect(unitsPerStep * 65000).toBeCloseTo(largest, 4);
  });
});

describe('An export', () => {
  test('of a run without placed photos is one sentence in every format, and leaves nothing behind', async () => {
    run.frames = [];
    for (const format of exportFormatIds)
      await expect(write(format)).rejects.toMatchObject({ code: 'nothing-to-export' });
    expect(await filesBelow(folder)).toEqual([]);
  });

  test('that fails half way leaves the old file as it was', async () => {
    const { path } = await write('ply');
    const before = await readFile(path);
    run.chunks[2] = { ...run.chunks[2], id: 'gone' };
    await expect(write('ply')).rejects.toThrow('no chunk gone');
    expect(await readFile(path)).toEqual(before);
    await expect(access(`${path}.part`)).rejects.toThrow();
  });

  test('can be cancelled', async () => {
    const stop = new AbortController();
    const options = { signal: stop.signal, onProgress: () => stop.abort() };
    for (const format of ['ply', 'colmap', 'spz'] as const)
      await expect(write(format, options)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await filesBelow(folder)).toEqual([]);
  });

  test('into a place that cannot be written says so', async () => {
    const { path } = await write('tum');
    const inside = exportProject({ format: 'tum', outPath: join(path, 'x.txt'), source: run });
    await expect(inside).rejects.toMatchObject({ code: 'export-failed' });
  });

  test('says when parts of the scene have not joined', async () => {
    run.frames[2] = { ...run.frames[2], submapIdx: 1 };
    expect((await write('tum')).notices[0]).toContain('2 parts');
  });
});

async function filesBelow(path: string): Promise<string[]> {
  return (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
