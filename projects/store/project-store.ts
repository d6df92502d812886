// One open project: the folder, its database, and the transactions that span tables.

import { rmSync } from 'node:fs';
import { mkdir, realpath, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectLayout } from '../format/layout.ts';
import { StudioFailure } from '../format/result.ts';
import type { ChunkId, PointChunk, ProjectInfo, Run } from '../format/scene.ts';
import { fileSize, folderSize, namesIn, removeFiles, writing } from './files.ts';
import { copyForLooking } from './copy-for-looking.ts';
import { migrate } from './migrate.ts';
import { Sql } from './sql.ts';
import { committed, type CommittedStep, type StepDraft } from './step.ts';
import { restRuns, sweep } from './sweep.ts';
import { BeliefsTable } from './tables/beliefs.ts';
import { CamerasTable } from './tables/cameras.ts';
import { ChunksTable } from './tables/chunks.ts';
import { EditsTable } from './tables/edits.ts';
import { FramesTable } from './tables/frames.ts';
import { GaussiansTable } from './tables/gaussians.ts';
import { ImportsTable } from './tables/imports.ts';
import { LabelSetsTable } from './tables/label-sets.ts';
import { MeetingsTable } from './tables/meetings.ts';
import { MetaTable } from './tables/meta.ts';
import { PhotoFilesTable } from './tables/photo-files.ts';
import { PhotosTable } from './tables/photos.ts';
import { PolishesTable } from './tables/polishes.ts';
import { QuestionsTable } from './tables/questions.ts';
import { RefinedPointsTable } from './tables/refined-points.ts';
import { RefinementsTable } from './tables/refinements.ts';
import { RunsTable } from './tables/runs.ts';
import { SplatFeaturesTable } from './tables/splat-features.ts';
import { StatesTable } from './tables/states.ts';
import { verify } from './verify.ts';

/** Real paths of the projects that this process has open. POSIX locks do not keep a process from itself. */
const openHere = new Set<string>();

export class ProjectStore {
  /** Absolute path of the project folder. */
  readonly folder: string;
  readonly meta: MetaTable;
  readonly photos: PhotosTable;
  readonly photoFiles: PhotoFilesTable;
  readonly runs: RunsTable;
  readonly frames: FramesTable;
  readonly chunks: ChunksTable;
  readonly beliefs: BeliefsTable;
  readonly refinedPoints: RefinedPointsTable;
  readonly meetings: MeetingsTable;
  readonly gaussians: GaussiansTable;
  readonly splatFeatures: SplatFeaturesTable;
  readonly states: StatesTable;
  readonly edits: EditsTable;
  readonly imports: ImportsTable;
  readonly questions: QuestionsTable;
  readonly cameras: CamerasTable;
  readonly labelSets: LabelSetsTable;
  readonly refinements: RefinementsTable;
  readonly polishes: PolishesTable;
  /** What opening had to put right, one sentence each. */
  openNotices: readonly string[] = [];
  /** Where derived files go, and all that is written while a project is only looked at. */
  readonly workFolder: string;
  readonly #sql: Sql;
  readonly #realFolder: string;
  #closed = false;

  private constructor(folder: string, realFolder: string, sql: Sql, workFolder = folder) {
    this.folder = folder;
    this.workFolder = workFolder;
    this.#realFolder = realFolder;
    this.#sql = sql;
    this.meta = new MetaTable(sql);
    this.photos = new PhotosTable(sql);
    this.photoFiles = new PhotoFilesTable(sql);
    this.runs = new RunsTable(sql);
    this.frames = new FramesTable(sql);
    this.chunks = new ChunksTable(sql);
    this.beliefs = new BeliefsTable(sql);
    this.refinedPoints = new RefinedPointsTable(sql);
    this.meetings = new MeetingsTable(sql);
    this.gaussians = new GaussiansTable(sql);
    this.splatFeatures = new SplatFeaturesTable(sql);
    this.states = new StatesTable(sql);
    this.edits = new EditsTable(sql);
    this.imports = new ImportsTable(sql);
    this.questions = new QuestionsTable(sql);
    this.cameras = new CamerasTable(sql);
    this.labelSets = new LabelSetsTable(sql);
    this.refinements = new RefinementsTable(sql);
    this.polishes = new PolishesTable(sql);
  }

  /**
   * Makes a project in a folder that is empty or not there yet, and opens it.
   * @throws StudioFailure project-exists, project-not-writable, disk-full
   */
  static async create(folder: string, name: string): Promise<ProjectStore> {
    const target = resolve(folder);
    const unfinished = `${projectLayout.database}.new`;
    await writing(target, async () => {
      const names = await namesIn(target);
      // A creation that was killed leaves only its unfinished database: that folder counts as empty.
      if (names.some((present) => !present.startsWith(unfinished)))
        throw new StudioFailure('project-exists', { folder: target });
      await removeFiles(names.map((left) => join(target, left)));
      await mkdir(target, { recursive: true });
      for (const key of ['chunks', 'thumbs', 'states', 'photos'] as const)
        await mkdir(join(target, projectLayout[key]));
      const sql = Sql.open(join(target, unfinished), 'create');
      try {
        migrate(sql);
        const meta = new MetaTable(sql);
        meta.set('projectId', crypto.randomUUID());
        meta.set('name', name);
        meta.set('createdAtMs', Date.now());
      } finally {
        sql.close();
      }
      await rename(join(target, unfinished), join(target, projectLayout.database));
    });
    return ProjectStore.open(target);
  }

  /**
   * Opens a project for this process alone: the lock is the database's own, so it ends with the process however that ends.
   * @throws StudioFailure project-missing, project-locked, project-newer, project-damaged, project-not-writable
   */
  static async open(folder: string): Promise<ProjectStore> {
    const target = resolve(folder);
    const path = join(target, projectLayout.database);
    const size = await fileSize(path);
    if (size === null) throw new StudioFailure('project-missing', { folder: target });
    if (size === 0) throw new StudioFailure('project-damaged', { reason: 'the file is empty.' });
    const realFolder = await realpath(target);
    if (openHere.has(realFolder)) throw new StudioFailure('project-locked');
    openHere.add(realFolder);
    let sql: Sql | null = null;
    try {
      verify(path);
      sql = Sql.open(path, 'write');
      // Exclusive mode before WAL: the lock is kept from the first access on, and no shared-memory file is needed.
      sql.pragma('locking_mode = EXCLUSIVE');
      sql.pragma('journal_mode = WAL');
      // FULL: a committed photo survives power loss; NORMAL could lose every photo since the last checkpoint.
      sql.pragma('synchronous = FULL');
      sql.pragma('foreign_keys = ON');
      migrate(sql);
      await writing(target, async () => {
        for (const key of ['chunks', 'thumbs', 'states', 'photos'] as const)
          await mkdir(join(target, projectLayout[key]), { recursive: true });
      });
      const store = new ProjectStore(target, realFolder, sql);
      store.meta.set('openedAtMs', Date.now());
      store.openNotices = await sweep(store);
      return store;
    } catch (error) {
      sql?.close();
      openHere.delete(realFolder);
      throw error;
    }
  }

  /**
   * Opens a project whose folder cannot be written, to look at it: a copy of its database, which is gone when it is closed.
   * @param workFolder is made, and deleted again
   * @throws StudioFailure project-missing, project-locked, project-newer, project-damaged, disk-full
   */
  static async look(folder: string, workFolder: string): Promise<ProjectStore> {
    const target = resolve(folder);
    const path = await copyForLooking(target, workFolder);
    let sql: Sql | null = null;
    try {
      verify(path);
      sql = Sql.open(path, 'write');
      migrate(sql);
      const store = new ProjectStore(target, path, sql, workFolder);
      restRuns(store);
      store.meta.set('openedAtMs', Date.now());
      return store;
    } catch (error) {
      sql?.close();
      rmSync(workFolder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends the lock. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sql.close();
    openHere.delete(this.#realFolder);
    if (this.isReadOnly) rmSync(this.workFolder, { recursive: true, force: true });
  }

  /** Its folder cannot be written: it is looked at, and nothing of it is changed. */
  get isReadOnly(): boolean {
    return this.workFolder !== this.folder;
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  /** `bytesOnDisk` is as `measure` last found it. */
  info(): ProjectInfo {
    return {
      id: this.meta.get('projectId') ?? '',
      name: this.meta.get('name') ?? '',
      folder: this.folder,
      createdAtMs: this.meta.get('createdAtMs') ?? 0,
      openedAtMs: this.meta.get('openedAtMs') ?? 0,
      photoCount: this.photos.count(),
      bytesOnDisk: this.meta.get('bytesOnDisk') ?? 0,
      coverPhotoId: this.meta.get('coverPhotoId') ?? this.photos.first()?.id ?? null,
      problem: null,
    };
  }

  /** Walks the folder for its size on disk, and remembers it. */
  async measure(): Promise<number> {
    const bytes = await folderSize(this.folder);
    if (!this.#closed) this.meta.set('bytesOnDisk', bytes);
    return bytes;
  }

  rename(name: string): ProjectInfo {
    this.meta.set('name', name);
    return this.info();
  }

  /** The run that is looked at, asked and gone on with: the newest one, unless the user has chosen an older one. */
  shownRun(): Run | null {
    const id = this.meta.get('shownRunId');
    return (id === null ? null : this.runs.byId(id)) ?? this.runs.newest();
  }

  /** Where a photo's file is now: copied photos are stored relative to the project. */
  photoPath(photo: { path: string }): string {
    return resolve(this.folder, photo.path);
  }

  /** Commits what one step of a run brought, all or nothing. Chunk files must exist already; a chunk needs a frame, given here or earlier. */
  commitStep(step: StepDraft): CommittedStep {
    return this.#sql.transaction(() => committed(this, step));
  }

  /**
   * Shows the points from before a refinement again, or those after it. A frame that has got other points since keeps them.
   * @param undone the refinement is being taken back
   */
  turnRefinedPoints(refinementId: string, undone: boolean): Pick<CommittedStep, 'chunks' | 'replaced'> {
    return this.#sql.transaction(() => {
      const chunks: PointChunk[] = [];
      const replaced: ChunkId[] = [];
      for (const { before, after } of this.refinedPoints.list(refinementId)) {
        const [from, to] = undone ? [after, before] : [before, after];
        if (!this.chunks.byId(from.id)) continue;
        replaced.push(...this.chunks.put(to));
        chunks.push(to);
      }
      return { chunks, replaced };
    });
  }

  /** Several calls as one: all or nothing. */
  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }

  /** Writes a consistent copy of the database, also while a run goes on. */
  copyDatabase(path: string): void {
    this.#sql.copyTo(path);
  }
}
