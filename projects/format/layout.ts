// Names inside a project folder. Every path is relative, so that the folder can move.

export const projectLayout = {
  database: 'project.sqlite',
  chunks: 'chunks',
  thumbs: 'thumbs',
  states: 'states',
  /** Copied photos and frames of videos. */
  photos: 'photos',
  /** Codebooks of learned features, one a run and language pack. */
  language: 'language',
  /** Derived and can be deleted at any time: features, encoder outputs. */
  cache: 'cache',
} as const;

export const chunkPath = (chunkId: string): string => `${projectLayout.chunks}/${chunkId}.safetensors`;
export const thumbPath = (photoId: string): string => `${projectLayout.thumbs}/${photoId}.webp`;
/** Beside a thumbnail, the same picture in full view: only for photos of kinds that browsers cannot show (HEIC, TIFF, RAW). */
export const largePathOf = (thumbPath: string): string => thumbPath.replace(/\.webp$/, '.large.webp');
export const codebookPath = (runId: string, modelId: string): string =>
  `${projectLayout.language}/${runId}-${modelId}.safetensors`;
export const statePath = (runId: string, stepIdx: number): string =>
  `${projectLayout.states}/${runId}-${String(stepIdx).padStart(6, '0')}.safetensors`;
