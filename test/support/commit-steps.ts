// A process that commits one photo after another to a project, file first, and says each number once it is committed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunkPath } from '../../projects/format/layout.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import { frameDraft, noBounds, photoRow, runSettings } from './project-rows.ts';

const store = await ProjectStore.open(process.argv[2]);
const run = store.runs.newest() ?? store.runs.create('geometry', runSettings);
for (let stepIdx = store.photos.count(); ; stepIdx++) {
  const photoId = `p${stepIdx}`;
  store.photos.add([photoRow(photoId)]);
  const chunk = { id: `c${stepIdx}`, photoId, kind: 'final' as const, count: 1, bounds: noBounds };
  writeFileSync(join(store.folder, chunkPath(chunk.id)), 'points');
  store.commitStep({ runId: run.id, frames: [frameDraft(photoId, stepIdx)], chunks: [chunk] });
  store.edits.append({ kind: 'scale-set', metresPerUnit: stepIdx + 1 });
  process.stdout.write(`${stepIdx}\n`);
}
