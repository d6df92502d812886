// One open project: the folder, its database, and the transactions that span tables.

import { mkdir, realpath, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectLayout } from '../format/layout.ts';
import { StudioFailure } from '../format/result.ts';
import type { FirstBelief } from '../format/belief.ts';
import type { ChunkId, Frame, PointChunk, ProjectInfo, Run } from '../format/scene.ts';
import { fileSize, folderSize, namesIn, removeFiles, writing } from './files.ts';
import { applicationId, migrate, migrations } from './migrate.ts';
import { Sql } from './sql.ts';
import type { CommittedStep, StepDraft } from './step.ts';
import { sweep } from './sweep.ts';
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
  readonly #sql: Sql;
  readonly #realFolder: string;
  #closed = false;

  private constructor(folder: string, realFolder: string, sql: Sql) {
    this.folder = folder;
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

  /** Ends the lock. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sql.close();
    openHere.delete(this.#realFolder);
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
    return this.#sql.transaction(() => {
      const frames = this.frames.upsertMany(step.runId, step.frames);
      const frameIds = new Map(frames.map(({ photoId, id }) => [photoId, id]));
      const replaced: ChunkId[] = [];
      const forgotten: ChunkId[] = [];
      const chunks = step.chunks.map(({ id, photoId, kind, count, bounds }): PointChunk => {
        const frameId = frameIds.get(photoId) ?? this.frames.ofPhoto(step.runId, photoId)?.id;
        if (frameId === undefined)
          throw new StudioFailure('internal', { reason: 'points of a photo without a frame.' });
        const chunk = { id, frameId, count, bounds, kind };
        const before = this.chunks.ofFrame(frameId).find((other) => other.kind !== 'inferred');
        replaced.push(...this.chunks.put(chunk));
        if (step.refinementId === undefined) forgotten.push(...this.refinedPoints.forget(frameId));
        else if (before) this.refinedPoints.put(step.refinementId, { before, after: chunk });
        return chunk;
      });
      const { meeting, revises } = step;
      if (meeting) this.meetings.put(step.runId, meeting.stepIdx, meeting.photoId);
      const belief = revises && this.#keepFirst(revises, frames);
      return {
        frames,
        chunks: chunks.filter(({ id }) => !replaced.includes(id)),
        replaced,
        unneeded: this.#unneeded([...replaced, ...forgotten]),
        beliefs: belief ? [belief] : [],
      };
    });
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

  #unneeded(chunkIds: readonly ChunkId[]): ChunkId[] {
    return [...new Set(chunkIds)].filter(
      (id) => !this.chunks.byId(id) && !this.beliefs.has(id) && !this.refinedPoints.has(id),
    );
  }

  /** A first belief is kept when the answer to the second meeting has taken the place of its points. */
  #keepFirst({ first, depth }: NonNullable<StepDraft['revises']>, frames: readonly Frame[]): FirstBelief | null {
    const now = frames.find(({ id }) => id === first.frameId);
    if (!now?.worldFromCamera || this.chunks.byId(first.points.id)) return null;
    const { worldFromCamera, confidence } = now;
    return this.beliefs.put({ ...first, revised: { worldFromCamera, confidence }, depth });
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

/** Looks at a database without being able to change it. @throws StudioFailure project-damaged, project-newer, project-locked */
function verify(path: string): void {
  const sql = Sql.open(path, 'read');
  try {
    if (Number(sql.pragma('application_id')) !== applicationId)
      throw new StudioFailure('project-damaged', { reason: 'it is a database of another program.' });
    if (Number(sql.pragma('user_version')) > migrations.length) throw new StudioFailure('project-newer');
    const answer = String(sql.pragma('quick_check(1)'));
    if (answer !== 'ok') throw new StudioFailure('project-damaged', { reason: `${answer}.` });
  } finally {
    sql.close();
  }
}
