// The engine program with a method that knows a rendered walk but drifts: photos `walk-0.png`, `walk-1.png`, … of `driftedFrames`.

import { createHandlers } from '../../../electron/engine/handlers.ts';
import { openHostPort } from '../../../electron/engine/port.ts';
import { serve } from '../../../electron/engine/serve.ts';
import type { PhotoSource, Reconstructor, SettleOutput, StepOutput } from '../../../models/run/reconstructor.ts';
import { driftedFrames, type DriftedFrame } from '../drifted-frames.ts';

/** What the tests render too. */
export const walkOptions = { count: 5, widthPx: 240 } as const;

class DriftingMethod implements Reconstructor {
  readonly provider = 'Drifting';
  #frames: DriftedFrame[] = [];
  #stepIdx = 0;

  async begin(): Promise<number> {
    this.#frames = driftedFrames(walkOptions);
    return 0;
  }

  async step(photo: PhotoSource): Promise<StepOutput> {
    this.#stepIdx++;
    const { points, worldFromCamera, intrinsics } = this.#frames[Number(/\d+/.exec(photo.name)?.[0])];
    const cells = points.gridWidthPx * points.gridHeightPx;
    return {
      placed: [{ photoId: photo.id, worldFromCamera, intrinsics, submapIdx: 0, confidence: 1 }],
      waiting: [],
      pointMaps: [
        {
          photoId: photo.id,
          kind: 'final',
          gridWidthPx: points.gridWidthPx,
          gridHeightPx: points.gridHeightPx,
          positions: points.positions,
          confidences: new Float32Array(cells).fill(1),
          colors: new Uint8Array(3 * cells).fill(128),
          normals: null,
          errors: null,
          moving: null,
        },
      ],
      notices: [],
      modelMs: 0,
    };
  }

  async settle(): Promise<SettleOutput> {
    return { placed: [], waiting: [], pointMaps: [], notices: [], modelMs: 0, settled: true };
  }

  async peek(): Promise<null> {
    return null;
  }

  async save() {
    return { modelId: 'ledger', stepIdx: this.#stepIdx, tensors: {}, facts: {} };
  }

  async dispose(): Promise<void> {}
}

// The tests import the options from here too: only a process of its own serves.
if (process.argv[1] === import.meta.filename)
  serve(
    openHostPort(),
    createHandlers(
      async () => new DriftingMethod(),
      () => ['CPU'],
    ),
  );
