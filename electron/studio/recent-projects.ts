// The list of projects on the home page: what each was like when it was last open, newest first.

import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { projectLayout, thumbPath } from '../../projects/format/layout.ts';
import { fail } from '../../projects/format/result.ts';
import type { ProjectInfo } from '../../projects/format/scene.ts';
import { readJson, writeJson } from './json-file.ts';

const schema = v.array(
  v.object({
    id: v.string(),
    name: v.string(),
    folder: v.string(),
    createdAtMs: v.number(),
    openedAtMs: v.number(),
    photoCount: v.number(),
    bytesOnDisk: v.number(),
    coverPhotoId: v.nullable(v.string()),
    problem: v.nullable(v.string()),
  }),
);
const mostRemembered = 100;

export class RecentProjects {
  readonly #path: string;
  #list: ProjectInfo[] | null = null;
  /** Changes are written one after another, so that the last one wins on disk too. */
  #writing: Promise<void> = Promise.resolve();

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'recent-projects.json');
  }

  /** Newest first; a project whose folder is gone says so. */
  async list(): Promise<ProjectInfo[]> {
    const list = await this.#load();
    return Promise.all(
      list.map(async (info) => {
        const there = await access(join(info.folder, projectLayout.database)).then(
          () => true,
          () => false,
        );
        return { ...info, problem: there ? null : fail('project-missing', { folder: info.folder }).error.sentence };
      }),
    );
  }

  async remember(info: ProjectInfo): Promise<void> {
    const others = (await this.#load()).filter(({ folder }) => folder !== info.folder);
    const list = [{ ...info, problem: null }, ...others].sort((a, b) => b.openedAtMs - a.openedAtMs);
    await this.#store(list.slice(0, mostRemembered));
  }

  async forget(folder: string): Promise<void> {
    const gone = resolve(folder);
    await this.#store((await this.#load()).filter((info) => info.folder !== gone));
  }

  /** Thumbnail of a project that is not open, by the id of its cover photo; null when none is known. */
  coverPath(photoId: string): string | null {
    const info = this.#list?.find(({ coverPhotoId }) => coverPhotoId === photoId);
    return info ? join(info.folder, thumbPath(photoId)) : null;
  }

  async #load(): Promise<ProjectInfo[]> {
    this.#list ??= await readJson(this.#path, schema, []);
    return this.#list;
  }

  async #store(list: ProjectInfo[]): Promise<void> {
    this.#list = list;
    this.#writing = this.#writing.then(() => writeJson(this.#path, list)).catch(() => undefined);
    await this.#writing;
  }
}
