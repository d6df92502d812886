// The point that the user follows: where it was clicked, and where it is in every photo and in space.

import type { TrackObservation, TrackReply } from '../../electron/contract/scene-requests.ts';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import type { StudioCalls } from './studio-calls.ts';

export class TrackState {
  private readonly calls: StudioCalls;
  reply = $state.raw<TrackReply | null>(null);
  isWorking = $state(false);
  /** Only the newest click counts. */
  private turn = 0;

  constructor(calls: StudioCalls) {
    this.calls = calls;
  }

  readonly byPhoto: ReadonlyMap<PhotoId, TrackObservation> = $derived(
    new Map(this.reply?.observations.map((observation) => [observation.photoId, observation])),
  );
  readonly seenBy: readonly PhotoId[] = $derived(
    this.reply?.observations.filter(({ visible }) => visible).map(({ photoId }) => photoId) ?? [],
  );
  /** Where a moving point was, photo by photo; empty for a still one. */
  readonly trail: readonly Vec3[] = $derived(
    this.reply?.moving
      ? this.reply.observations.flatMap(({ pointInWorld }) => (pointInWorld ? [pointInWorld] : []))
      : [],
  );

  /** @param xPx in pixels of the upright photo at its full size, as `yPx` */
  async follow(photoId: PhotoId, xPx: number, yPx: number): Promise<void> {
    const turn = ++this.turn;
    this.isWorking = true;
    const reply = await this.calls.ask('scene.track', { photoId, xPx, yPx }, 'project');
    if (turn !== this.turn) return;
    this.isWorking = false;
    this.reply = reply;
  }

  clear(): void {
    this.turn++;
    this.isWorking = false;
    this.reply = null;
  }
}
