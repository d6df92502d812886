// An import as data: the source files still to read, what became of each, and how far it is.

import type { Photo } from './scene.ts';

export interface ImportFile {
  idx: number;
  /** Absolute path of the source. */
  path: string;
  /** What the user calls it: the path below the chosen folder, or the file's name. `/` separates. */
  name: string;
  kind: 'photo' | 'video';
  prior: Photo['prior'];
}

export interface ImportSession {
  id: string;
  createdAtMs: number;
  /** Copy the photos into the project instead of referring to them in place. */
  copyPhotos: boolean;
  status: 'open' | 'done' | 'cancelled';
}

/** What became of one source file. */
export type ImportOutcome = { state: 'imported' } | { state: 'skipped'; code: string; reason: string };

export interface SkippedFile {
  name: string;
  code: string;
  /** One sentence: why. */
  reason: string;
}

export interface ImportProgress {
  stage: 'listing' | 'reading' | 'done' | 'cancelled';
  found: number;
  done: number;
  imported: number;
  skipped: SkippedFile[];
  /** Photos a second; null until known. */
  rate: number | null;
}
