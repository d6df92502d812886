// Refinement as the user commands it: once more, take it back, bring it back.

import { StudioFailure } from '../../../projects/format/result.ts';
import { sentenceOfReport, type Refinement } from '../../../projects/format/refinement.ts';
import type { Run } from '../../../projects/format/scene.ts';
import type { Emitter } from '../emitter.ts';
import type { RunControl } from '../run/run-control.ts';
import type { EngineSlot } from '../run/engine-slot.ts';
import type { Session } from '../session.ts';
import { refineRun, tellMoved, writePoses } from './refine-run.ts';

/** The built-in method adjusts its cameras itself. */
const adjustsItself = 'geometry';

export class RefineControl {
  readonly #session: Session;
  readonly #emitter: Emitter;
  readonly #engines: EngineSlot;
  readonly #runs: RunControl;
  #working = false;

  constructor(session: Session, emitter: Emitter, engines: EngineSlot, runs: RunControl) {
    this.#session = session;
    this.#emitter = emitter;
    this.#engines = engines;
    this.#runs = runs;
  }

  /** @throws StudioFailure busy, run-not-found, nothing-to-refine */
  async run(): Promise<Refinement> {
    const { id, modelId } = this.#mustRest();
    if (modelId === adjustsItself)
      throw new StudioFailure('nothing-to-refine', { reason: 'this method has adjusted them itself' });
    this.#working = true;
    try {
      const { store } = this.#session;
      const { reports, refinement } = await refineRun(store, this.#emitter, this.#engines.get(), id, () => undefined);
      if (!refinement)
        throw new StudioFailure('nothing-to-refine', { reason: reports[0]?.refusal ?? 'no photo is placed' });
      for (const report of reports)
        this.#emitter.emit('notice', { level: 'info', place: 'run', code: null, sentence: sentenceOfReport(report) });
      return refinement;
    } finally {
      this.#working = false;
    }
  }

  /** Poses and points as they were before the newest refinement, bit by bit; null when there is none. @throws StudioFailure busy */
  undo(): Refinement | null {
    const { id } = this.#mustRest();
    return this.#turn(id, this.#session.store.refinements.undoable(id), true);
  }

  /** @throws StudioFailure busy */
  redo(): Refinement | null {
    const { id } = this.#mustRest();
    return this.#turn(id, this.#session.store.refinements.redoable(id), false);
  }

  #turn(runId: string, refinement: Refinement | null, undone: boolean): Refinement | null {
    if (!refinement) return null;
    const { store } = this.#session;
    const { before, after } = store.refinements.poses(refinement.id);
    const { turned, frames, points } = store.transaction(() => ({
      turned: store.refinements.setUndone(refinement.id, undone),
      frames: writePoses(store, runId, undone ? before : after),
      points: store.turnRefinedPoints(refinement.id, undone),
    }));
    tellMoved(store, this.#emitter, runId, frames);
    if (points.chunks.length > 0) this.#emitter.emit('chunks.added', points);
    return turned;
  }

  /** The newest run, at rest. */
  #mustRest(): Run {
    if (this.#runs.active || this.#working) throw new StudioFailure('busy');
    const run = this.#session.store.shownRun();
    if (!run) throw new StudioFailure('run-not-found');
    return run;
  }
}
