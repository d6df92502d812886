// Questions about the scene of the open project, pictures of it, and the splats they need.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandInput } from '../../contract/commands.ts';
import type { AskReply, AskRequest, LabelReply, LabelRequest, TrackReply } from '../../contract/scene-requests.ts';
import type { FeaturesReply, InventoryRow, SelectedPointsReply, SelectReply } from '../../contract/select-requests.ts';
import { chosenSet } from '../../../projects/format/label-set.ts';
import { projectLayout } from '../../../projects/format/layout.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { ChunkRows } from '../../../projects/format/row-set.ts';
import type { Emitter } from '../emitter.ts';
import { picturePath } from '../imports/picture-paths.ts';
import type { EngineSlot } from '../run/engine-slot.ts';
import type { Session } from '../session.ts';
import type { ModelCatalog } from '../model-catalog.ts';
import { languageFiles, sceneFrames, sceneUp } from './scene-frames.ts';
import { SplatJob } from './splat-job.ts';

export class SceneControl {
  readonly #session: Session;
  readonly #engines: EngineSlot;
  readonly #models: ModelCatalog;
  readonly #job: SplatJob;
  readonly #unsubscribe: () => void;

  /** @param automatic make splats by itself when a run is done; a terminal makes them when they are asked for */
  constructor(session: Session, emitter: Emitter, engines: EngineSlot, models: ModelCatalog, automatic: boolean) {
    this.#session = session;
    this.#engines = engines;
    this.#models = models;
    this.#job = new SplatJob(session, emitter, engines, models);
    this.#unsubscribe = emitter.subscribe((event) => {
      if (automatic && event.name === 'run.changed' && event.payload.run.status === 'done') void this.#job.run();
    });
  }

  /** Makes the splats that are missing; resolves when all are there. */
  makeSplats(): Promise<void> {
    return this.#job.run();
  }

  /** @throws StudioFailure question-about-space, query-unknown-word, bad-input, nothing-to-ask */
  async ask({ text, threshold, notThis }: CommandInput<'scene.ask'>): Promise<AskReply> {
    const { store } = this.#session;
    // A question that comes before any splats waits for them; later ones are answered on what is there.
    if (sceneFrames(this.#session).every(({ gaussians }) => gaussians === null)) await this.#job.run();
    const reply = await this.#engines.get().request('ask', { ...(await this.#scene()), text, threshold, notThis });
    this.#session.rememberInferred(reply.scoresId, join(this.#answersFolder, `${reply.scoresId}.bin`));
    store.questions.remember(text, Date.now());
    return reply;
  }

  /** @throws StudioFailure as `ask` */
  async label({ words, reject }: CommandInput<'scene.label'>): Promise<LabelReply> {
    const reply = await this.#engines.get().request('label', { ...(await this.#scene()), words, reject });
    this.#session.rememberInferred(reply.labelsId, join(this.#answersFolder, `${reply.labelsId}.bin`));
    return reply;
  }

  /** @throws StudioFailure nothing-there, photo-missing, photo-replaced, photo-unreadable, chunk-damaged */
  async track({ photoId, xPx, yPx }: CommandInput<'scene.track'>): Promise<TrackReply> {
    const { store } = this.#session;
    const frames = sceneFrames(this.#session).flatMap((frame) => {
      const photo = store.photos.byId(frame.photoId);
      // A point is followed through the others where one was replaced; in that one itself it cannot be.
      if (!photo || (photo.id !== photoId && store.photoFiles.isReplaced(photo.id))) return [];
      return [{ ...frame, photoPath: picturePath(store, photo) }];
    });
    if (!frames.some((frame) => frame.photoId === photoId))
      throw new StudioFailure('nothing-there', { name: store.photos.byId(photoId)?.name ?? 'this photo' });
    return this.#engines.get().request('track', { frames, photoId, xPx, yPx });
  }

  /** @throws StudioFailure as `ask`; not-found */
  async select(choice: CommandInput<'scene.select'>): Promise<SelectReply> {
    return this.#engines.get().request('select', { ...(await this.#scene()), ...choice });
  }

  /** @throws StudioFailure nothing-to-ask */
  async features(): Promise<FeaturesReply> {
    const reply = await this.#engines.get().request('features', await this.#scene());
    this.#session.rememberInferred(reply.colorsId, join(this.#answersFolder, `${reply.colorsId}.bin`));
    return reply;
  }

  /** A selection of splats with the points that lie on them, or all the rest. @throws StudioFailure nothing-to-ask */
  selectedPoints(selection: ChunkRows[], others: boolean): Promise<SelectedPointsReply> {
    return this.#engines.get().request('selectedPoints', { frames: sceneFrames(this.#session), selection, others });
  }

  /** @throws StudioFailure as `ask` */
  async inventory(labels: Pick<LabelRequest, 'words' | 'reject'>): Promise<InventoryRow[]> {
    return this.#engines.get().request('inventory', { ...(await this.#scene()), ...labels });
  }

  /** @throws StudioFailure nothing-to-ask, export-failed */
  async render(picture: Omit<CommandInput<'scene.render'>, 'path'>, outPath: string): Promise<void> {
    const { frames, language, upInWorld, scale } = await this.#scene();
    const { labels: shown, reject } = chosenSet(this.#session.labels);
    const [words, colors] = [shown.map(({ word }) => word), shown.map(({ color }) => color)];
    const labels = { words, colors, reject, language, upInWorld, scale };
    await this.#engines.get().request('render', { ...picture, frames, labels, outPath });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#job.stop();
    // Answers are read once, by the session that asked.
    await rm(this.#answersFolder, { recursive: true, force: true });
  }

  async #scene(): Promise<Pick<AskRequest, 'frames' | 'language' | 'upInWorld' | 'scale' | 'scoresFolder'>> {
    const frames = sceneFrames(this.#session);
    const language = await languageFiles(this.#session, this.#models);
    const upInWorld = sceneUp(this.#session, frames);
    return { frames, language, upInWorld, scale: this.#session.scene.scale, scoresFolder: this.#answersFolder };
  }

  get #answersFolder(): string {
    return join(this.#session.store.workFolder, projectLayout.cache, 'answers');
  }
}
