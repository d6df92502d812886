// `reconstruct --revisit`: a real network in a real process, and what it leaves on disk.

import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunkPath, statePath } from '../../../../projects/format/layout.ts';
import type { ReconstructReport } from '../../../../electron/cli/reconstruct-report.ts';
import type { Run } from '../../../../projects/format/scene.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { startCli } from '../../../support/crash.ts';
import { writePhotos } from '../../../support/engine/generated-photos.ts';
import { numbered } from '../../../support/engine/ledger-project.ts';

let root: string;
const project = (): string => join(root, 'project');
const reconstruct = (...args: string[]) =>
  startCli(['reconstruct', '--project', project(), ...args, '--json'], join(root, 'data')).ended;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-revisit-'));
  await mkdir(join(root, 'photos'));
  await writePhotos(join(root, 'photos'), numbered(3));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Left {
  run: Run;
  /** The newest saved state, byte for byte. */
  state: string;
  poses: string[];
  /** Bytes of the points of each photo. */
  points: string[];
}

/** What the newest run has left. */
async function left(): Promise<Left> {
  const store = await ProjectStore.open(project());
  try {
    const run = store.runs.newest()!;
    const bytes = async (path: string): Promise<string> => (await readFile(join(project(), path))).toString('base64');
    const frames = store.frames.list(run.id);
    const chunks = frames.flatMap(({ id }) => store.chunks.ofFrame(id));
    return {
      run,
      state: await bytes(statePath(run.id, store.states.list(run.id).at(-1)!.stepIdx)),
      poses: frames.map(({ worldFromCamera }) => JSON.stringify(worldFromCamera)),
      points: await Promise.all(chunks.map(({ id }) => bytes(chunkPath(id)))),
    };
  } finally {
    store.close();
  }
}

test(
  'frozen leaves the state bit-equal and replaces points and poses; updating goes on learning',
  {
    timeout: 180_000,
  },
  async () => {
    const own = ['--engine', 'tiny-recurrent', '--refine', 'off'];
    const first = await reconstruct(join(root, 'photos'), ...own);
    expect(first.code, first.stderr).toBe(0);
    const once = await left();
    expect(once.run.settings.revisit).toBe('none');

    const second = await reconstruct('--refine', 'off', '--revisit', 'frozen');
    expect(JSON.parse(second.stdout), second.stderr).toMatchObject({
      engine: 'tiny-recurrent',
      frames: 3,
      registered: 3,
    });
    const frozen = await left();
    expect(frozen.run.settings.revisit).toBe('frozen');
    expect(frozen.state).toBe(once.state);
    expect(frozen.points).toHaveLength(3);
    for (const idx of [0, 1, 2]) {
      expect(frozen.poses[idx]).not.toBe(once.poses[idx]);
      expect(frozen.points[idx]).not.toBe(once.points[idx]);
    }
    // Chunks of the first run, first and revised beliefs of the second.
    expect(await readdir(join(project(), 'chunks'))).toHaveLength(9);
    const { revisited } = JSON.parse(second.stdout) as ReconstructReport;
    expect(revisited).toMatchObject({ photos: 3 });
    expect(revisited?.distance).toBeGreaterThan(0);
    expect(revisited?.depthRatio).toBeGreaterThan(0);
    expect(revisited?.depthRatio).not.toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({ revisited: null });

    // Named again, there is nothing to do.
    expect(JSON.parse((await reconstruct('--revisit', 'frozen')).stdout)).toMatchObject({ seconds: 0 });
    await reconstruct('--refine', 'off', '--revisit', 'updating');
    const updating = await left();
    expect(updating.state).not.toBe(once.state);
    expect(updating.poses).toHaveLength(3);
  },
);

test('an unknown way, and a method without a state, are refused with a sentence', { timeout: 60_000 }, async () => {
  const unknown = await reconstruct('--revisit', 'often');
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('none, frozen, updating, not often') });
  const geometry = await reconstruct('--engine', 'geometry', '--revisit', 'frozen');
  expect(geometry).toMatchObject({ code: 1, stderr: expect.stringContaining('geometry has no state') });
});
