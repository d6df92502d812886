// What a project can be taken away as: the closed list that command line, menus and the exporter share.

export interface ExportFormat {
  /** What the user reads in a menu. */
  name: string;
  /** Ending of the one file that is written; null when a folder is written. */
  extension: string | null;
}

export const exportFormats = {
  tum: { name: 'Camera path (TUM)', extension: 'txt' },
  kitti: { name: 'Camera path (KITTI)', extension: 'txt' },
  ply: { name: 'Points (PLY)', extension: 'ply' },
  'splat-ply': { name: 'Splats (PLY)', extension: 'ply' },
  spz: { name: 'Splats (SPZ)', extension: 'spz' },
  colmap: { name: 'COLMAP model', extension: null },
  transforms: { name: 'transforms.json (nerfstudio)', extension: null },
  glb: { name: 'Points (glTF binary)', extension: 'glb' },
  depth: { name: 'Depth maps', extension: null },
  html: { name: 'Page to share (HTML)', extension: 'html' },
  csv: { name: 'Cameras (CSV)', extension: 'csv' },
  measures: { name: 'Measures (CSV)', extension: 'csv' },
} as const satisfies Record<string, ExportFormat>;

export type ExportFormatId = keyof typeof exportFormats;

/** Splats and measures are made of the revised belief of photos that were met twice. */
export const isOfRevised = (format: ExportFormatId): boolean =>
  format === 'splat-ply' || format === 'spz' || format === 'measures';

export const exportFormatIds = Object.keys(exportFormats) as ExportFormatId[];
