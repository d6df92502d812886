// Names of videos, and of the pictures that are taken from them.

/** Lower-case endings of videos that are offered for import. */
const videoEndings: ReadonlySet<string> = new Set('mp4 mov m4v mkv webm avi mts m2ts 3gp'.split(' '));

export const isVideoName = (name: string): boolean => videoEndings.has(name.split('.').at(-1)?.toLowerCase() ?? '');

/** Name of a frame as a file: `clip-00003200.jpg`. @param prefix the video's name without its ending, and what tells it from others */
export const frameFileName = (prefix: string, timeMs: number): string =>
  `${prefix}-${String(timeMs).padStart(8, '0')}.jpg`;
