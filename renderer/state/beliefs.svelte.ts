// Photos that were met again: what the run believed of each at first, and which of the two beliefs the scene shows.

import {
  beliefIds,
  firstFrame,
  summaryOf,
  type FirstBelief,
  type RevisitSummary,
} from '../../projects/format/belief.ts';
import type { Frame, FrameId, PointChunk } from '../../projects/format/scene.ts';

export const beliefViews = [...beliefIds, 'both'] as const;
export type BeliefView = (typeof beliefViews)[number];

export class BeliefsState {
  private byFrame = $state.raw<ReadonlyMap<FrameId, FirstBelief>>(new Map());
  private view = $state<BeliefView>('revised');
  /** Once looked at, first points stay loaded: changing back and forth is the point of it. */
  private isWanted = $state(false);

  readonly all: readonly FirstBelief[] = $derived([...this.byFrame.values()]);
  readonly summary: RevisitSummary | null = $derived(summaryOf(this.all));
  /** Points that are needed beside those of the frames. */
  readonly chunks: readonly PointChunk[] = $derived(this.isWanted ? this.all.map(({ points }) => points) : []);

  get shown(): BeliefView {
    return this.byFrame.size > 0 ? this.view : 'revised';
  }

  show(view: BeliefView): void {
    this.view = view;
    this.isWanted ||= view !== 'revised';
  }

  of(frameId: FrameId): FirstBelief | null {
    return this.byFrame.get(frameId) ?? null;
  }

  /** The frame where the scene shows its camera: at first, or as it is believed now. */
  shownFrame(frame: Frame): Frame {
    const belief = this.shown === 'first' ? this.of(frame.id) : null;
    return belief ? firstFrame(frame, belief) : frame;
  }

  reset(beliefs: readonly FirstBelief[]): void {
    this.byFrame = new Map(beliefs.map((belief) => [belief.frameId, belief]));
    this.view = 'revised';
    this.isWanted = false;
  }

  add(beliefs: readonly FirstBelief[]): void {
    this.byFrame = new Map([...this.byFrame, ...beliefs.map((belief) => [belief.frameId, belief] as const)]);
  }
}
