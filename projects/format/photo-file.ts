// The file behind a photo: how it was when its content was last looked at, and what is said when it holds another picture now.

import type { PhotoId } from './scene.ts';

/** Size and time of a file. While both are as they were, its content counts as the same. */
export interface FileStamp {
  bytes: number;
  modifiedAtMs: number;
}

/** A photo whose file holds another picture than the one that was imported. */
export interface ReplacedPhoto {
  photoId: PhotoId;
  /** The user has said what to do about it. */
  isDecided: boolean;
}
