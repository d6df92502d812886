// What the state of the run believes of views that nobody took: shown in a colour of its own, kept apart from what photos saw.

import type { Frame, PointChunk } from '../../projects/format/scene.ts';
import type { PathView } from '../../projects/format/camera-path.ts';
import type { StudioCalls } from './studio-calls.ts';

export class InferredState {
  private readonly calls: StudioCalls;
  /** One chunk per view that was asked for; `frames` says where each stands. */
  chunks = $state.raw<readonly PointChunk[]>([]);
  frames = $state.raw<readonly Frame[]>([]);
  isWorking = $state(false);

  constructor(calls: StudioCalls) {
    this.calls = calls;
  }

  readonly pointCount: number = $derived(this.chunks.reduce((sum, { count }) => sum + count, 0));

  /** Asks the state what would be seen from there; the state stays as it is. */
  async ask({ worldFromCamera, intrinsics }: PathView, runId: string): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    // A view of the screen is a plain camera of whole pixels.
    const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = intrinsics;
    const whole = {
      widthPx: Math.round(widthPx),
      heightPx: Math.round(heightPx),
      fxPx,
      fyPx,
      cxPx,
      cyPx,
      k1: 0,
      k2: 0,
    };
    const camera = { ...worldFromCamera, scale: 1 };
    const chunk = await this.calls.ask('run.peek', { worldFromCamera: camera, intrinsics: whole } as never, 'run');
    this.isWorking = false;
    if (!chunk) return;
    const frame: Frame = {
      ...{ id: `inferred-${chunk.id}`, runId, photoId: '', stepIdx: 0, status: 'placed', submapIdx: 0 },
      ...{ worldFromCamera: camera, intrinsics: whole, confidence: 0, reason: null },
    };
    this.frames = [...this.frames, frame];
    this.chunks = [...this.chunks, { ...chunk, frameId: frame.id }];
  }

  clear(): void {
    this.frames = [];
    this.chunks = [];
  }
}
