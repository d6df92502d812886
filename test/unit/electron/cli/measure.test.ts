// The terminal sets a scale by a known length, measures with it, lists, and exports what was measured.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectPoint } from '../../../../projects/format/intrinsics.ts';
import { inverse, transformPoint, type Vec3 } from '../../../../projects/format/sim3.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { startCli } from '../../../support/crash.ts';
import { finishedProject } from '../../../support/finished-project.ts';

const cameras = arcCameras(3, 320, 240, 40);
let root: string;
const cli = (command: string, ...args: string[]) =>
  startCli([command, '--project', join(root, 'room'), ...args], join(root, 'data')).ended;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-measure-'));
  await finishedProject(join(root, 'room'), 'Room', boxRoom(), cameras);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

/** A place of the world as the middle photo shows it. */
function pixelOf(place: Vec3): string {
  const [, { worldFromCamera, intrinsics }] = cameras;
  const [x, y] = projectPoint(intrinsics, transformPoint(inverse(worldFromCamera), place)) ?? [0, 0];
  return `photo-1.jpg:${x.toFixed(2)},${y.toFixed(2)}`;
}
/** Two places on the north wall, one metre apart, and one a metre below the first. */
const [left, right, below] = [
  [-0.5, 2, 2],
  [0.5, 2, 2],
  [-0.5, 2, 1],
].map((place) => pixelOf(place as unknown as Vec3));

test('without a scale a measure says so', async () => {
  const taken = await cli('measure', '--kind', 'distance', '--at', left, '--at', right);
  expect(taken.code, taken.stderr).toBe(0);
  expect(taken.stdout).toMatch(/^distance 1: 1\.0\d* units ± .*\nIn scene units: set a scale\./);
  expect((await cli('scale')).stdout).toContain('No scale is set');
});

test('a known length sets the scale, with its error; all lengths follow it', async () => {
  const set = await cli('scale', '--from', left, '--to', right, '--length', '200 cm', '--json');
  expect(set.code, set.stderr).toBe(0);
  const { scale } = JSON.parse(set.stdout) as { scale: { metresPerUnit: number; relativeSigma: number } };
  // True depth and a pixel of 320: the stated error holds.
  expect(Math.abs(scale.metresPerUnit - 2)).toBeLessThan(4 * scale.relativeSigma);
  expect(scale.relativeSigma).toBeLessThan(0.03);
  const taken = await cli('measure', '--kind', 'height', '--at', left, '--at', below, '--name', 'window', '--json');
  expect(taken.code, taken.stderr).toBe(0);
  const [{ name, quantities }] = (
    JSON.parse(taken.stdout) as {
      measures: { name: string; quantities: { value: number; error: number; metric: boolean }[] }[];
    }
  ).measures;
  expect(name).toBe('window');
  expect(quantities[0].metric).toBe(true);
  expect(Math.abs(quantities[0].value - 2)).toBeLessThan(quantities[0].error);
});

test('what was measured is listed and exported with errors and units', async () => {
  const listed = await cli('measure', '--json');
  expect((JSON.parse(listed.stdout) as { measures: unknown[] }).measures).toHaveLength(2);
  const out = join(root, 'measures.csv');
  const written = await cli('export', '--format', 'measures', '--out', out);
  expect(written.code, written.stderr).toBe(0);
  const lines = (await readFile(out, 'utf8')).trim().split('\n');
  expect(lines[0]).toBe('measure,kind,quantity,value,error,unit,photos_that_saw_it,places');
  expect(lines.map((line) => line.split(',').slice(0, 3).join())).toEqual([
    'measure,kind,quantity',
    'distance 1,distance,length',
    'distance 1,distance,level',
    'distance 1,distance,rise',
    'window,height,height',
  ]);
  expect(lines[1].split(',')[5]).toBe('m');
});

test('a question about space is answered in metres, as text and as JSON', async () => {
  const json = await cli('ask', 'how tall is the blue box?', '--json');
  expect(json.code, json.stderr).toBe(0);
  const said = JSON.parse(json.stdout) as {
    kind: string;
    value: number;
    error: number;
    metric: boolean;
    photos: string[];
  };
  expect(said).toMatchObject({ kind: 'object_size_estimation', metric: true });
  // 0.8 m at the doubled scale; its foot may be hidden.
  expect(said.value).toBeGreaterThan(1.3);
  expect(said.value).toBeLessThan(1.9);
  expect(said.error).toBeGreaterThan(0);
  expect(said.photos).toContain('photo-1.jpg');
  // The pattern of the wallpaper is blue in places: of several the surest is meant, and that is said.
  const text = await cli('ask', 'how far is the blue box from the floor?');
  expect(text.stdout).toMatch(/^The “blue box 1” is .* from the “floor”\.\n/);
  const unknown = await cli('ask', 'how far is the zebra from the floor');
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('zebra')]);
});

test('what cannot be done is one sentence', async () => {
  const offThere = await cli('measure', '--kind', 'point', '--at', 'nobody.jpg:1,2');
  expect([offThere.code, offThere.stderr]).toEqual([1, expect.stringContaining('not-found')]);
  const gps = await cli('scale', '--gps');
  expect([gps.code, gps.stderr]).toEqual([1, expect.stringContaining('0 placed photos have a GPS position')]);
  expect((await cli('scale', '--method')).stderr).toContain('scale-unknown');
  const few = await cli('measure', '--kind', 'area', '--at', left);
  expect([few.code, few.stderr]).toEqual([1, expect.stringContaining('at least 3')]);
  expect((await cli('scale', '--from', left, '--to', left, '--length', '1 m')).stderr).toContain('too close together');
});
