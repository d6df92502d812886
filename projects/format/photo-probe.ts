// What import asks about files, and what it learns: the messages between the importer and the process that reads pixels.

import type { FileStamp } from './photo-file.ts';
import type { Photo, PhotoId } from './scene.ts';
import type { StudioError } from './result.ts';

export interface ProbeRequest {
  /** Absolute paths; the thumbnail is written to `thumbPath` (its folder must exist). */
  files: { path: string; photoId: PhotoId; thumbPath: string }[];
}

/** What import learns of one file: a photo, or why not. */
export type ProbedPhoto =
  | { ok: true; photoId: PhotoId; facts: PhotoFacts; stamp: FileStamp; notices: string[] }
  | { ok: false; photoId: PhotoId; error: StudioError };

/** A photo as its file alone tells it. */
export type PhotoFacts = Omit<Photo, 'id' | 'path' | 'name' | 'orderIdx' | 'prior'>;

export interface VideoFramesRequest {
  /** Absolute path of the video. */
  path: string;
  /** Folder where the chosen frames are written as pictures; the names are the same every time for the same file. */
  folder: string;
}

export interface VideoFramesReply {
  /** In the order of time. */
  frames: { path: string; timeMs: number }[];
  notices: string[];
}
