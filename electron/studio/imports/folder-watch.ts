// Watches a folder for photos and videos that are complete, and hands them over in groups.

import { watch } from 'chokidar';
import { isVideoName } from '../../../projects/format/video/file-names.ts';
import { endingOf, photoEndings } from '../../../projects/import/photo/kinds.ts';

export interface FolderWatch {
  close(): Promise<void>;
}

/** A file counts as complete when it has not grown for so long: cameras and sync programs write in pieces. */
const completeAfterMs = 1000;
/** Files that come within this time are imported together. */
const gatherMs = 500;

/** Reports what is in the folder now and what comes later, absolute paths, each once. */
export function watchFolder(folder: string, onFiles: (paths: string[]) => void): FolderWatch {
  const gathered = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    timer = null;
    const paths = [...gathered].sort();
    gathered.clear();
    onFiles(paths);
  };
  const watcher = watch(folder, {
    awaitWriteFinish: { stabilityThreshold: completeAfterMs },
    ignored: (path) => /[\\/]\./.test(path.slice(folder.length)),
  });
  watcher.on('add', (path) => {
    if (!photoEndings.has(endingOf(path)) && !isVideoName(path)) return;
    gathered.add(path);
    timer ??= setTimeout(flush, gatherMs);
  });
  return {
    close: async () => {
      if (timer) clearTimeout(timer);
      await watcher.close();
    },
  };
}
