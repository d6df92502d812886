// The one entry of all exports: what is shown goes into a file or folder of the chosen format, whole or not at all.

import { exportFormats, type ExportFormatId } from '../format/export-formats.ts';
import { StudioFailure } from '../format/result.ts';
import { atBelief } from './belief.ts';
import { writeColmap } from './colmap/colmap.ts';
import { writeDepth } from './depth-maps.ts';
import { asExportFailure, ExportFiles, type FileSink } from './file-sink.ts';
import { writeHtmlPage } from './html-page.ts';
import { writeMeasures } from './measures.ts';
import { writeGlb, writePly } from './point-files.ts';
import type { ExportOptions, ExportSource, WrittenExport } from './source.ts';
import { writeSplatPly } from './splat-ply.ts';
import { writeSpz } from './spz.ts';
import { writeCsv, writeKitti, writeTum } from './trajectory.ts';
import { writeTransforms } from './transforms.ts';
import { VisibleScene } from './visible.ts';

export interface ExportRequest {
  format: ExportFormatId;
  /** Absolute path of the file, or of the folder for formats without an extension. An existing file is replaced. */
  outPath: string;
  source: ExportSource;
  options?: ExportOptions;
}

/**
 * Writes what is shown: active edits folded in, hidden and excluded frames, deleted boxes and inferred points left out; in metres where the scale is set.
 * Files appear when all of them are whole; memory holds one chunk at a time.
 * @throws StudioFailure nothing-to-export, export-failed, disk-full, cancelled, format-unknown
 */
export async function exportProject({ format, outPath, source, options = {} }: ExportRequest): Promise<WrittenExport> {
  if (!Object.hasOwn(exportFormats, format)) throw new StudioFailure('format-unknown', { format });
  const files = new ExportFiles();
  try {
    const believed = atBelief(source, format, options.belief ?? 'revised');
    const scene = new VisibleScene(believed.source, options);
    const notices = await write(format, files, outPath, scene, believed.source, options);
    return {
      path: outPath,
      ...(await files.finish()),
      belief: believed.belief,
      notices: [...believed.notices, ...sceneNotices(scene), ...notices],
    };
  } catch (error) {
    await files.discard();
    throw asExportFailure(error);
  }
}

async function write(
  format: ExportFormatId,
  files: ExportFiles,
  outPath: string,
  scene: VisibleScene,
  source: ExportSource,
  options: ExportOptions,
): Promise<string[]> {
  const file = (): Promise<FileSink> => files.open(outPath);
  switch (format) {
    case 'tum':
      return writeTum(await file(), scene);
    case 'kitti':
      return writeKitti(await file(), scene, source);
    case 'csv':
      return writeCsv(await file(), scene, source);
    case 'measures':
      return writeMeasures(await file(), scene, source);
    case 'ply':
      await writePly(await file(), scene);
      return [];
    case 'glb':
      return writeGlb(await file(), scene);
    case 'splat-ply':
      return writeSplatPly(await file(), scene, options.includeFeatures ?? false);
    case 'spz':
      return writeSpz(await file(), scene);
    case 'html':
      return writeHtmlPage(await file(), scene, source);
    case 'colmap':
      return writeColmap(files, outPath, scene);
    case 'transforms':
      return writeTransforms(files, outPath, scene, source);
    case 'depth':
      return writeDepth(files, outPath, scene);
  }
}

/** What the numbers in any format cannot say. */
function sceneNotices({ frames }: VisibleScene): string[] {
  const submaps = new Set(frames.map(({ frame }) => frame.submapIdx)).size;
  return submaps > 1
    ? [`The photos fall into ${submaps} parts that have not joined; their places relative to each other mean nothing.`]
    : [];
}
