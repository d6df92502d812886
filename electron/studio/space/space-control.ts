// Space in the open project: places and boxes for measures, what the scale may be, and questions.

import type { CommandInput } from '../../contract/commands.ts';
import type { BoxReply, SpatialAnswer } from '../../contract/space-requests.ts';
import type { Anchor } from '../../../projects/format/measures.ts';
import type { Scale } from '../../../projects/format/quantity.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { length, subtract, transformPoint } from '../../../projects/format/sim3.ts';
import type { ModelCatalog } from '../model-catalog.ts';
import type { EngineSlot } from '../run/engine-slot.ts';
import { languageFiles, sceneFrames, sceneUp } from '../scene/scene-frames.ts';
import type { Session } from '../session.ts';
import { scaleFromGps } from './gps-scale.ts';

/** What a metric method says of lengths is right to about this share (one standard deviation); its authors give no number. */
const methodSigma = 0.1;

export class SpaceControl {
  readonly #session: Session;
  readonly #engines: EngineSlot;
  readonly #models: ModelCatalog;

  constructor(session: Session, engines: EngineSlot, models: ModelCatalog) {
    this.#session = session;
    this.#engines = engines;
    this.#models = models;
  }

  /** @throws StudioFailure nothing-there, chunk-damaged */
  anchor({ places }: CommandInput<'space.anchor'>): Promise<Anchor[]> {
    return this.#engines.get().request('anchor', { frames: sceneFrames(this.#session), places });
  }

  /** @throws StudioFailure nothing-to-ask, nothing-selected */
  box({ selection }: CommandInput<'space.box'>): Promise<BoxReply> {
    const frames = sceneFrames(this.#session);
    return this.#engines.get().request('box', { frames, upInWorld: sceneUp(this.#session, frames), selection });
  }

  /** What the scale may be; nothing is changed. @throws StudioFailure scale-unknown, nothing-there */
  async scale(by: CommandInput<'space.scale'>): Promise<Scale> {
    if (by.kind === 'length') return this.#byLength(by.places, by.metres);
    return by.kind === 'gps' ? this.#byGps() : this.#byMethod();
  }

  /** @throws StudioFailure cannot-answer, query-unknown-word, bad-input, nothing-to-ask */
  async answer({ text, threshold }: CommandInput<'space.answer'>): Promise<SpatialAnswer> {
    const session = this.#session;
    const frames = sceneFrames(session);
    const language = await languageFiles(session, this.#models);
    const photos = session.photos.map(({ id, name }) => ({ id, name }));
    const upInWorld = sceneUp(session, frames);
    const { scale } = session.scene;
    const request = { frames, language, upInWorld, scale, photos, text, threshold };
    const answer = await this.#engines.get().request('answer', request);
    session.store.questions.remember(text, Date.now());
    return answer;
  }

  async #byLength(
    places: (CommandInput<'space.scale'> & { kind: 'length' })['places'],
    metres: number,
  ): Promise<Scale> {
    const poses = new Map(sceneFrames(this.#session).map((frame) => [frame.frameId, frame.worldFromCamera]));
    const found = (await this.anchor({ places })).flatMap(({ frameId, pointInCamera, sigma }) => {
      const pose = poses.get(frameId);
      return pose ? [{ point: transformPoint(pose, pointInCamera), sigma: sigma * pose.scale }] : [];
    });
    if (found.length < 2) throw new StudioFailure('nothing-there', { name: 'the scene' });
    const [a, b] = found;
    const units = length(subtract(b.point, a.point));
    const relativeSigma = Math.hypot(a.sigma, b.sigma) / units;
    if (!(relativeSigma < 0.5))
      throw new StudioFailure('scale-unknown', {
        reason: 'the two places are too close together; take a longer length.',
      });
    return { metresPerUnit: metres / units, relativeSigma, source: { kind: 'length', metres } };
  }

  #byGps(): Scale {
    const { store } = this.#session;
    const frames = sceneFrames(this.#session);
    const cameras = frames.flatMap(({ photoId, worldFromCamera }) => {
      const gps = store.photos.byId(photoId)?.gps;
      return gps ? [{ centerInWorld: worldFromCamera.translation, ...gps }] : [];
    });
    return scaleFromGps(cameras, sceneUp(this.#session, frames));
  }

  async #byMethod(): Promise<Scale> {
    const run = this.#session.store.shownRun();
    const metric = run && (await this.#models.isMetric(run.modelId));
    if (!run || !metric)
      throw new StudioFailure('scale-unknown', { reason: 'the method of this run does not know how long a metre is.' });
    return { metresPerUnit: 1, relativeSigma: methodSigma, source: { kind: 'method', modelId: run.modelId } };
  }
}
