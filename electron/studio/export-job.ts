// Takes the open project away: what is shown, in the format that was asked for.

import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { exportProject } from '../../projects/export/export-project.ts';
import type { ExportSource, WrittenExport } from '../../projects/export/source.ts';
import { writeInventory } from '../../projects/export/inventory.ts';
import { exportFormats } from '../../projects/format/export-formats.ts';
import { chunkPath } from '../../projects/format/layout.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { decodeRows, emptyBits, hasRow, type ChunkRows } from '../../projects/format/row-set.ts';
import type { CommandInput } from '../contract/commands.ts';
import type { WrittenFile } from '../contract/written-file.ts';
import type { InventoryRow } from '../contract/select-requests.ts';
import { sharedViewerFile } from './node-host.ts';
import type { StudioContext } from './context.ts';
import type { Session } from './session.ts';

/**
 * Writes the newest run. Without a path the system's dialog asks for one; where there is none (browser), the file goes into
 * `exports/` of the project. Points below `minConfidence` (0…1) are left out, and all that is not in the selection where there is one.
 * @throws StudioFailure nothing-to-export, export-failed, disk-full, cancelled
 */
export async function writeExport(
  context: StudioContext,
  { format, path, minConfidence = 0, belief = 'revised', selection }: CommandInput<'export.write'>,
): Promise<WrittenExport> {
  const { session, scene } = context.requireProject();
  const { extension } = exportFormats[format];
  const part = format === 'measures' ? '-measures' : selection ? '-selection' : '';
  const outPath = await chosenPath(context, `${part}${extension === null ? `-${format}` : `.${extension}`}`, path);
  const isKept = selection ? keepOnly((await scene.selectedPoints(selection, false)).chunks) : null;
  const options = { minConfidence, belief, keepSplat: isKept, keepPoint: isKept };
  const source = sourceOf(session);
  const written = await exportProject({ format, outPath, source, options });
  return { ...written, notices: [...written.notices, ...noticesOfReplaced(session, format)] };
}

/** @throws StudioFailure query-unknown-word, bad-input, nothing-to-ask, export-failed, disk-full, cancelled */
export async function exportInventory(
  context: StudioContext,
  labels: { words: string[]; reject: number },
  path: string | null,
): Promise<WrittenFile & { rows: InventoryRow[] }> {
  const { session, scene } = context.requireProject();
  const rows = await scene.inventory(labels);
  const outPath = await chosenPath(context, '-inventory.csv', path);
  const names = new Map(session.photos.map(({ id, name }) => [id, name]));
  await writeInventory(outPath, rows, session.scene.scale?.metresPerUnit ?? null, (id) => names.get(id) ?? id);
  return { ...offered(context, path, outPath), rows };
}

/** These formats lead other programs to the files of photos. */
function noticesOfReplaced({ store, scene }: Session, format: string): string[] {
  if (format !== 'transforms' && format !== 'colmap') return [];
  const shown = new Set(
    store.photoFiles
      .replaced()
      .map(({ photoId }) => photoId)
      .filter((id) => !scene.excludedPhotoIds.has(id)),
  );
  const names = store.photos.list().flatMap(({ id, name }) => (shown.has(id) ? [name] : []));
  return names.length === 0 ? [] : [`Not the pictures that their cameras belong to any more: ${names.join(', ')}.`];
}

function keepOnly(chunks: readonly ChunkRows[]): (chunkId: string, row: number) => boolean {
  const kept = new Map(chunks.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)]));
  return (chunkId, row) => hasRow(kept.get(chunkId) ?? emptyBits(0), row);
}

/** For pages of hosts without dialogs: the user did not say where, and may sit at another machine. */
export function offered(context: StudioContext, path: string | null, written: string): WrittenFile {
  const isOffered = path === null && context.options.dialogs === null;
  return { path: written, downloadId: isOffered ? context.requireProject().session.offer(written) : null };
}

/** Where the user wants it; the folder is there afterwards. @throws StudioFailure cancelled, export-failed */
export async function chosenPath(context: StudioContext, ending: string, path: string | null): Promise<string> {
  const { options } = context;
  const { session } = context.requireProject();
  const name = `${session.store.info().name.replace(/[\\/:*?"<>|]/g, '-')}${ending}`;
  const chosen =
    path ?? (options.dialogs ? await options.dialogs.save(name) : join(session.store.workFolder, 'exports', name));
  if (chosen === null) throw new StudioFailure('cancelled');
  const outPath = resolve(chosen);
  await mkdir(dirname(outPath), { recursive: true }).catch((error: Error) => {
    throw new StudioFailure('export-failed', { reason: `${error.message}.` });
  });
  return outPath;
}

async function sharedViewer(): Promise<string> {
  return readFile(sharedViewerFile, 'utf8').catch(() => {
    throw new StudioFailure('export-failed', { reason: 'its viewer has not been built; npm run build does that.' });
  });
}

function sourceOf({ store, folder }: Session): ExportSource {
  const run = store.shownRun();
  return {
    photos: store.photos.list(),
    frames: run ? store.frames.list(run.id) : [],
    chunks: run ? store.chunks.list(run.id) : [],
    gaussians: run ? store.gaussians.list(run.id) : [],
    beliefs: run ? store.beliefs.list(run.id) : [],
    edits: store.edits.list(),
    readChunk: (id) => readFile(join(folder, chunkPath(id))),
    photoPath: (photo) => store.photoPath(photo),
    sharedViewer,
  };
}
