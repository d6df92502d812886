// What a page may load, for every host: the built page from a fixed list, and bulk bytes by id. Knows neither HTTP nor Electron.

import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, sep } from 'node:path';
import type { BulkKind, Studio } from './options.ts';

export interface ServedFile {
  absolutePath: string;
  contentType: string;
  cacheControl: string;
  /** To be kept under this name, not shown; where it is a folder, as a zip. Absent for what a page shows. */
  downloadName?: string;
}

export interface PageServer {
  /** The file behind a path such as `/assets/index-1a2b.js` or `/chunk/abc`; null when there is none. */
  resolve(pathname: string): ServedFile | null;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
};

/** Names of bundles hold a hash of their content, chunks and thumbnails are never rewritten: they may be kept for good. */
const forever = 'private, max-age=31536000, immutable';
const bulkKinds: readonly BulkKind[] = ['chunk', 'thumb', 'photo', 'export'];

/**
 * Reads the list of files under `rendererFolder` once. Afterwards only names of that list are found, so no path that a request
 * invents can reach the disk. A folder that is missing gives an empty list.
 */
export async function createPageServer(
  rendererFolder: string,
  studio: Pick<Studio, 'resolveBulk'>,
): Promise<PageServer> {
  const files = await listFiles(rendererFolder);
  return {
    resolve(pathname) {
      const [, first = '', id, ...rest] = pathname.split('/');
      const kind = bulkKinds.find((kind) => kind === first);
      if (kind && id && rest.length === 0) return bulk(studio, kind, id);
      return files.get(pathname === '/' ? '/index.html' : pathname) ?? null;
    },
  };
}

function bulk(studio: Pick<Studio, 'resolveBulk'>, kind: BulkKind, id: string): ServedFile | null {
  const absolutePath = studio.resolveBulk(kind, id);
  if (absolutePath === null) return null;
  if (kind === 'export')
    return {
      absolutePath,
      contentType: 'application/octet-stream',
      cacheControl: 'no-store',
      downloadName: basename(absolutePath),
    };
  const contentType =
    kind === 'chunk'
      ? 'application/octet-stream'
      : (contentTypes[extname(absolutePath).toLowerCase()] ?? 'application/octet-stream');
  return { absolutePath, contentType, cacheControl: kind === 'photo' ? 'private, max-age=3600' : forever };
}

async function listFiles(folder: string): Promise<Map<string, ServedFile>> {
  const files = new Map<string, ServedFile>();
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) return files;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const absolutePath = join(entry.parentPath, entry.name);
    const pathname = absolutePath.slice(folder.length).split(sep).join('/');
    const contentType = contentTypes[extname(entry.name).toLowerCase()];
    if (!contentType) continue;
    files.set(pathname, {
      absolutePath,
      contentType,
      cacheControl: pathname.startsWith('/assets/') ? forever : 'no-store',
    });
  }
  return files;
}
