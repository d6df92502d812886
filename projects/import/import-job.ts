// One import session at work: asks for photos in batches, commits them as they come, and puts them in order at the end.

import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportFile, ImportProgress, ImportSession } from '../format/import-session.ts';
import { projectLayout, thumbPath } from '../format/layout.ts';
import type { FileStamp } from '../format/photo-file.ts';
import type { PhotoFacts, ProbedPhoto, VideoFramesReply, VideoFramesRequest } from '../format/photo-probe.ts';
import { errorOf, fail, StudioFailure, type StudioError } from '../format/result.ts';
import type { Photo } from '../format/scene.ts';
import { fittedPrior } from './foreign/fitted-prior.ts';
import type { ImportStore } from './import-store.ts';
import { compareForInput } from './natural-order.ts';
import { fileStamp } from './photo/read-file.ts';
import { placePhoto } from './place-photo.ts';
import { probeAll, type Probe } from './probe-queue.ts';
import { timecode } from './video/timecode.ts';

/** The process that reads pixels. */
export interface ImportTools {
  probe: Probe;
  videoFrames(request: VideoFramesRequest): Promise<VideoFramesReply>;
}

export interface ImportOptions {
  tools: ImportTools;
  /** Cancel: what was read so far stays, the rest can be resumed. */
  signal: AbortSignal;
  onProgress(progress: ImportProgress): void;
  /** Photos that are new, or whose place in input order is now final. */
  onPhotos(photos: Photo[]): void;
  /** A sentence worth telling about one file or the whole import. */
  onNotice(sentence: string): void;
}

/** One picture to read: a source file, or a frame of one that is a video. */
interface Task {
  path: string;
  photoId: string;
  thumbPath: string;
  name: string;
  source: ImportFile;
}

/** New, known but found again elsewhere, or left out. */
type Outcome =
  { photo: Photo; stamp: FileStamp } | { found: Photo; path: string; stamp: FileStamp } | { error: StudioError };

export class ImportJob {
  readonly #store: ImportStore;
  readonly #session: ImportSession;
  readonly #options: ImportOptions;
  readonly #startMs = performance.now();
  #read = 0;

  constructor(store: ImportStore, session: ImportSession, options: ImportOptions) {
    this.#store = store;
    this.#session = session;
    this.#options = options;
  }

  /** @throws StudioFailure disk-full, project-not-writable: the session stays open and can be resumed */
  async run(): Promise<ImportProgress> {
    const { signal } = this.#options;
    const { imports } = this.#store;
    const pending = imports.pending(this.#session.id);
    this.#report('reading');
    await this.#readPhotos(pending.filter(({ kind }) => kind === 'photo'));
    for (const video of pending.filter(({ kind }) => kind === 'video'))
      if (!signal.aborted) await this.#readVideo(video);
    this.#arrange();
    const stage = imports.pending(this.#session.id).length > 0 ? 'cancelled' : 'done';
    imports.finish(this.#session.id, stage);
    return this.#report(stage);
  }

  async #readPhotos(files: readonly ImportFile[]): Promise<void> {
    const tasks = files.map((file) => this.#task(file, file.path, file.name));
    await this.#readTasks(tasks, ({ source }, outcome) =>
      this.#finishFile(source, 'error' in outcome ? outcome.error : null),
    );
  }

  /** Its frames are committed as they come; the video itself is through with the last of them. */
  async #readVideo(file: ImportFile): Promise<void> {
    try {
      const folder = join(this.#store.folder, projectLayout.photos);
      const { frames, notices } = await this.#options.tools.videoFrames({ path: file.path, folder });
      notices.forEach((notice) => this.#options.onNotice(notice));
      const tasks = frames.map(({ path, timeMs }) => this.#task(file, path, `${file.name} · ${timecode(timeMs)}`));
      let added = 0;
      let lastError: StudioError | null = null;
      await this.#readTasks(tasks, (_, outcome) => {
        if ('error' in outcome) lastError = outcome.error;
        else added++;
      });
      if (!this.#options.signal.aborted) this.#finishFile(file, added > 0 ? null : lastError);
    } catch (error) {
      throwIfFatal(errorOf(error), this.#store.folder);
      this.#finishFile(file, errorOf(error));
    }
    this.#report('reading');
  }

  async #readTasks(tasks: readonly Task[], settle: (task: Task, outcome: Outcome) => void): Promise<void> {
    for await (const batch of probeAll(tasks, this.#options.tools.probe, this.#options.signal)) {
      const known = new Map<string, string>();
      const outcomes: { task: Task; outcome: Outcome }[] = [];
      for (const { file: task, probed } of batch)
        outcomes.push({ task, outcome: await this.#place(task, probed, known) });
      const added = this.#commit(outcomes, settle);
      this.#read += batch.length;
      if (added.length > 0) this.#options.onPhotos(added);
      this.#report('reading');
    }
  }

  /**
   * File first, then row: afterwards the thumbnail and the copy exist, or neither does.
   * @param known name by content of the photos in this batch, which have no rows yet
   */
  async #place(task: Task, probed: ProbedPhoto, known: Map<string, string>): Promise<Outcome> {
    const { folder } = this.#store;
    if (!probed.ok) {
      throwIfFatal(probed.error, folder);
      return { error: probed.error };
    }
    const { facts, notices } = probed;
    const twin = this.#store.photos.byHash(facts.sha256);
    const twinName = known.get(facts.sha256) ?? twin?.name;
    try {
      if (twin && !known.has(facts.sha256) && (await isGone(this.#store.photoPath(twin)))) {
        known.set(facts.sha256, twin.name);
        await rm(task.thumbPath, { force: true });
        return { found: twin, ...(await this.#lay(task, probed)) };
      }
      if (twinName !== undefined) {
        await rm(task.thumbPath, { force: true });
        return { error: fail('photo-duplicate', { name: task.name, other: twinName }).error };
      }
      const { path, stamp } = await this.#lay(task, probed);
      known.set(facts.sha256, task.name);
      notices.forEach((notice) => this.#options.onNotice(notice));
      return { photo: this.#photoOf(task, path, facts), stamp };
    } catch (error) {
      const failure = errorOf(error);
      throwIfFatal(failure, folder);
      await rm(task.thumbPath, { force: true });
      return { error: failure };
    }
  }

  /** Where the file lies from now on, and its stamp there: a copy has a time of its own. */
  async #lay(
    { path: source }: Task,
    { facts, stamp }: Extract<ProbedPhoto, { ok: true }>,
  ): Promise<{ path: string; stamp: FileStamp }> {
    const { folder } = this.#store;
    const path = await placePhoto(folder, source, facts.sha256, this.#session.copyPhotos);
    const laid = this.#store.photoPath({ path });
    return { path, stamp: laid === source ? stamp : ((await fileStamp(laid)) ?? stamp) };
  }

  /** One transaction per batch: a photo is there, linked to this session and ticked off, or still pending. */
  #commit(
    outcomes: readonly { task: Task; outcome: Outcome }[],
    settle: (task: Task, outcome: Outcome) => void,
  ): Photo[] {
    const { photos, photoFiles, imports } = this.#store;
    return this.#store.transaction(() => {
      const added = photos.add(outcomes.flatMap(({ outcome }) => ('photo' in outcome ? [outcome.photo] : [])));
      for (const { id } of added) imports.link(this.#session.id, id);
      const ids = new Set(added.map(({ id }) => id));
      for (const { outcome } of outcomes) {
        if ('photo' in outcome && ids.has(outcome.photo.id))
          photoFiles.put(outcome.photo.id, { ...outcome.stamp, replaced: null });
        if ('found' in outcome) {
          photoFiles.put(outcome.found.id, { ...outcome.stamp, replaced: null });
          photos.setPath(outcome.found.id, outcome.path);
          added.push({ ...outcome.found, path: outcome.path });
          this.#options.onNotice(`${outcome.found.name} was not where it had been; it is read from its new place.`);
        }
      }
      for (const { task, outcome } of outcomes) settle(task, outcome);
      return added;
    });
  }

  #photoOf({ photoId, name, source }: Task, path: string, facts: PhotoFacts): Photo {
    const prior = fittedPrior(source.prior, facts);
    if (source.prior && !prior)
      this.#options.onNotice(`${name} has another shape than its known camera; that pose is left out.`);
    return { ...facts, id: photoId, path, name, prior, orderIdx: 0 };
  }

  /** EXIF times are only known now: the photos of this session change places among each other. */
  #arrange(): void {
    const { photos, imports } = this.#store;
    const ids = imports.photoIds(this.#session.id);
    const held = ids.map((id) => photos.byId(id)).filter((photo) => photo !== null);
    const sorted = held.toSorted(compareForInput).map(({ id }) => id);
    if (sorted.every((id, idx) => id === ids[idx])) return;
    photos.arrange(sorted);
    this.#options.onPhotos(sorted.map((id) => photos.byId(id)).filter((photo) => photo !== null));
  }

  #task(source: ImportFile, path: string, name: string): Task {
    const photoId = crypto.randomUUID();
    return { path, photoId, thumbPath: join(this.#store.folder, thumbPath(photoId)), name, source };
  }

  #finishFile({ idx }: ImportFile, error: StudioError | null): void {
    const outcome = error
      ? { state: 'skipped' as const, code: error.code, reason: error.sentence }
      : { state: 'imported' as const };
    this.#store.imports.markDone(this.#session.id, idx, outcome);
  }

  #report(stage: ImportProgress['stage']): ImportProgress {
    const { imports } = this.#store;
    const { id } = this.#session;
    const seconds = (performance.now() - this.#startMs) / 1000;
    const progress: ImportProgress = {
      stage,
      ...imports.counts(id),
      imported: imports.photoIds(id).length,
      skipped: imports.skipped(id),
      rate: this.#read > 0 ? this.#read / seconds : null,
    };
    this.#options.onProgress(progress);
    return progress;
  }
}

/** What no other file would escape either ends the import for now. */
function throwIfFatal({ code }: StudioError, folder: string): void {
  if (code === 'disk-full' || code === 'project-not-writable') throw new StudioFailure(code, { folder });
}

const isGone = (path: string): Promise<boolean> =>
  access(path).then(
    () => false,
    () => true,
  );
