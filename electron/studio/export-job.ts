// Takes the open project away: what is shown, in the format that was asked for.

import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { exportProject } from '../../projects/export/export-project.ts';
import type { ExportSource, WrittenExport } from '../../projects/export/source.ts';
import { exportFormats, type ExportFormatId } from '../../projects/format/export-formats.ts';
import { chunkPath } from '../../projects/format/layout.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { StudioContext } from './context.ts';
import type { Session } from './session.ts';

/**
 * Writes the newest run. Without a path the system's dialog asks for one; where there is none (browser), the file goes into
 * `exports/` of the project. Points below `minConfidence` (0…1) are left out.
 * @throws StudioFailure nothing-to-export, export-failed, disk-full, cancelled
 */
export async function writeExport(
  context: StudioContext,
  format: ExportFormatId,
  path: string | null,
  minConfidence = 0,
): Promise<WrittenExport> {
  const { options } = context;
  const { session } = context.requireProject();
  const { extension } = exportFormats[format];
  const name = `${session.store.info().name.replace(/[\\/:*?"<>|]/g, '-')}${extension === null ? `-${format}` : `.${extension}`}`;
  const chosen = path ?? (options.dialogs ? await options.dialogs.save(name) : join(session.folder, 'exports', name));
  if (chosen === null) throw new StudioFailure('cancelled');
  const outPath = resolve(chosen);
  await mkdir(dirname(outPath), { recursive: true }).catch((error: Error) => {
    throw new StudioFailure('export-failed', { reason: `${error.message}.` });
  });
  return exportProject({ format, outPath, source: sourceOf(session), options: { minConfidence } });
}

function sourceOf({ store, folder }: Session): ExportSource {
  const run = store.runs.newest();
  return {
    photos: store.photos.list(),
    frames: run ? store.frames.list(run.id) : [],
    chunks: run ? store.chunks.list(run.id) : [],
    gaussians: run ? store.gaussians.list(run.id) : [],
    edits: store.edits.list(),
    readChunk: (id) => readFile(join(folder, chunkPath(id))),
    photoPath: (photo) => store.photoPath(photo),
  };
}
