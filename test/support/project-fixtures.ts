// Projects in temporary folders that are gone after the test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ProjectStore } from '../../projects/store/project-store.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A new open project, closed and deleted after the test. */
export async function temporaryProject(name = 'Test'): Promise<ProjectStore> {
  const store = await ProjectStore.create(join(await temporaryFolder(), 'project'), name);
  onTestFinished(() => store.close());
  return store;
}
