// Polishing as the user commands it: from rows to rows, a few looks at a time, so that it ends as soon as it is cancelled.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolishStage } from '../../contract/refine-commands.ts';
import type { PolishProgress, PolishReply } from '../../contract/scene-requests.ts';
import { chunkPath, projectLayout } from '../../../projects/format/layout.ts';
import { sentenceOfPolish, type Polish } from '../../../projects/format/polish.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { Run } from '../../../projects/format/scene.ts';
import type { Emitter } from '../emitter.ts';
import type { EngineSlot } from '../run/engine-slot.ts';
import { picturePaths } from '../imports/picture-paths.ts';
import type { RunControl } from '../run/run-control.ts';
import type { SceneControl } from '../scene/scene-control.ts';
import { sceneFrames } from '../scene/scene-frames.ts';
import type { Session } from '../session.ts';

interface Parts {
  session: Session;
  emitter: Emitter;
  engines: EngineSlot;
  runs: RunControl;
  scene: SceneControl;
}

export class PolishControl {
  readonly #parts: Parts;
  #working: Promise<Polish> | null = null;
  #progress: PolishStage | null = null;
  #cancelled = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get progress(): PolishStage | null {
    return this.#progress;
  }

  /** @throws StudioFailure busy, run-not-found, nothing-to-polish, cancelled */
  async run(): Promise<Polish> {
    const run = this.#mustRest();
    this.#cancelled = false;
    this.#working = this.#work(run).finally(() => {
      this.#working = null;
      this.#tell(null);
    });
    return this.#working;
  }

  /** Nothing of it stays. Does nothing when none goes on. */
  cancel(): void {
    this.#cancelled = true;
  }

  /** Splats as they were before the newest polish; null when there is none. @throws StudioFailure busy */
  undo(): Polish | null {
    const { id } = this.#mustRest();
    return this.#turn(this.#parts.session.store.polishes.undoable(id), true);
  }

  /** @throws StudioFailure busy */
  redo(): Polish | null {
    const { id } = this.#mustRest();
    return this.#turn(this.#parts.session.store.polishes.redoable(id), false);
  }

  /** Cancels and waits. */
  async close(): Promise<void> {
    this.cancel();
    await this.#working?.catch(() => undefined);
  }

  async #work(run: Run): Promise<Polish> {
    const { session, emitter, engines, scene } = this.#parts;
    const { store, folder } = session;
    this.#tell({ stage: 'Making the splats', fraction: null });
    await scene.makeSplats();
    if (this.#cancelled) throw new StudioFailure('cancelled');
    const reply = await this.#polished(engines);
    const files = reply.chunks.map(({ id }) => id);
    // A run may have begun meanwhile, and its splats are others.
    const kept = reply.chunks.filter(({ gaussianId }) => store.isOpen && store.gaussians.has(gaussianId));
    if (kept.length < files.length || this.#cancelled) {
      await this.#forget(files);
      throw new StudioFailure('cancelled');
    }
    const { polish, dropped } = store.polishes.add(run.id, reply.report, kept);
    this.#tellChanged(run.id);
    emitter.emit('notice', { level: 'info', place: 'run', code: null, sentence: sentenceOfPolish(polish.report) });
    for (const id of dropped) await rm(join(folder, chunkPath(id)), { force: true }).catch(() => undefined);
    return polish;
  }

  async #polished(engines: EngineSlot): Promise<PolishReply> {
    const { session } = this.#parts;
    const frames = sceneFrames(session);
    const photoPaths = picturePaths(session.store, frames);
    const engine = engines.get();
    let progress: PolishProgress = await engine.request('polishBegin', { frames, photoPaths }, (begun) =>
      this.#tell(begun),
    );
    while (!progress.finished && !this.#cancelled) {
      const { done, total } = progress;
      this.#tell({ stage: `Look ${done} of ${total}`, fraction: done / total });
      progress = await engine.request('polishAdvance', null);
    }
    const chunksFolder = this.#cancelled ? null : join(session.folder, projectLayout.chunks);
    const reply = await engine.request('polishEnd', { chunksFolder });
    if (reply === null) throw new StudioFailure('cancelled');
    return reply;
  }

  async #forget(files: readonly string[]): Promise<void> {
    for (const id of files) await rm(join(this.#parts.session.folder, chunkPath(id)), { force: true });
  }

  #turn(polish: Polish | null, undone: boolean): Polish | null {
    if (!polish) return null;
    const turned = this.#parts.session.store.polishes.setUndone(polish.id, undone);
    this.#tellChanged(polish.runId);
    return turned;
  }

  #tell(progress: PolishStage | null): void {
    this.#progress = progress;
    this.#parts.emitter.emit('polish.progress', { progress });
  }

  /** After the rows are there. */
  #tellChanged(runId: string): void {
    const { session, emitter } = this.#parts;
    const { store } = session;
    // Another run may be looked at by now; whoever shows this one again reads it then.
    if (store.shownRun()?.id !== runId) return;
    emitter.emit('polishes.changed', { polishes: store.polishes.list(runId), chunks: store.gaussians.list(runId) });
  }

  /** The run that is shown, at rest. */
  #mustRest(): Run {
    const { runs, session } = this.#parts;
    if (runs.active || this.#working) throw new StudioFailure('busy');
    const run = session.store.shownRun();
    if (!run) throw new StudioFailure('run-not-found');
    return run;
  }
}
