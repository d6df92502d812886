// Something that the host has written for the user.

export interface WrittenFile {
  /** On the host's machine. */
  path: string;
  /** With it the page can fetch the file, or the folder as a zip: where the host has no dialog that asks for a place. Else null. */
  downloadId: string | null;
}
