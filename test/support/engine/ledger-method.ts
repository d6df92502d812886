// A method for tests: its state is a running hash of the pixels it has met, so any lost, doubled or swapped photo shows.

import type {
  BeginOptions,
  PhotoSource,
  PointMap,
  Reconstructor,
  SettleOutput,
  StepOptions,
  StepOutput,
} from '../../../models/run/reconstructor.ts';
import { pinhole } from '../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../projects/format/sim3.ts';

/** Grid of the points it makes of each photo. */
const gridPx = 8;

/**
 * Photos whose name holds one of these words make trouble: `kill` ends the process, `once` ends it the first time only (marked in
 * a folder), `wait` is not placed until the closing work, `refuse` raises an error.
 */
export class LedgerMethod implements Reconstructor {
  readonly provider = 'Ledger · CPU';
  readonly #killOnce: (name: string) => Promise<boolean>;
  #digest = new Uint32Array([2166136261]);
  #met: string[] = [];
  #waiting: string[] = [];
  #stepIdx = 0;

  constructor(killOnce: (name: string) => Promise<boolean>) {
    this.#killOnce = killOnce;
  }

  async begin({ saved }: BeginOptions): Promise<number> {
    if (saved) {
      this.#digest = new Uint32Array(saved.tensors.digest.data as Uint32Array);
      this.#met = saved.facts.met as string[];
      this.#waiting = saved.facts.waiting as string[];
      this.#stepIdx = saved.stepIdx;
    }
    return this.#stepIdx;
  }

  async step(photo: PhotoSource, { update }: StepOptions): Promise<StepOutput> {
    if (photo.name.includes('kill')) process.kill(process.pid, 'SIGKILL');
    if (photo.name.includes('once') && (await this.#killOnce(photo.name))) process.kill(process.pid, 'SIGKILL');
    if (photo.name.includes('refuse')) throw new Error('the ledger refuses it');
    const image = await photo.read({ widthPx: gridPx, heightPx: gridPx, fit: 'fill', enlarge: true });
    const startedAtMs = performance.now();
    if (update) {
      for (const byte of image.data) this.#digest[0] = Math.imul(this.#digest[0] ^ byte, 16777619);
      this.#met.push(photo.name);
      this.#stepIdx++;
    }
    const waits = photo.name.includes('wait');
    if (waits) this.#waiting.push(photo.id);
    return {
      placed: waits ? [] : [this.#placement(photo.id, this.#stepIdx)],
      waiting: waits ? [photo.id] : [],
      pointMaps: waits ? [] : [pointMap(photo.id, image.data, 4 + this.#stepIdx)],
      notices: [],
      modelMs: performance.now() - startedAtMs,
    };
  }

  /** Two pieces of closing work: the first places what waits. */
  async settle(): Promise<SettleOutput> {
    const placed = this.#waiting.map((id) => this.#placement(id, 0));
    const settled = this.#waiting.length === 0;
    const next = { stage: 'Last look', done: 1, total: 4 };
    this.#waiting = [];
    return { placed, waiting: [], pointMaps: [], notices: [], modelMs: 0, settled, next };
  }

  async peek(): Promise<PointMap> {
    return { ...pointMap('', new Uint8Array(gridPx * gridPx * 3), 4), kind: 'inferred' };
  }

  async save() {
    return {
      modelId: 'ledger',
      stepIdx: this.#stepIdx,
      tensors: { digest: { dtype: 'U32' as const, shape: [1], data: this.#digest.slice() } },
      facts: { met: this.#met, waiting: this.#waiting },
    };
  }

  async dispose(): Promise<void> {}

  #placement(photoId: string, x: number) {
    const worldFromCamera = { ...identitySim3, translation: [x, 0, 0] as const };
    return { photoId, worldFromCamera, intrinsics: pinhole(640, 480, 500), submapIdx: 0, confidence: 1 };
  }
}

/** @param depth of all points: it tells how many photos were met when they were made */
function pointMap(photoId: string, colors: Uint8Array, depth: number): PointMap {
  const cells = gridPx * gridPx;
  const positions = new Float32Array(cells * 3);
  for (let i = 0; i < cells; i++) positions.set([i % gridPx, Math.floor(i / gridPx), depth], i * 3);
  positions[0] = Number.NaN;
  return {
    photoId,
    kind: 'final',
    gridWidthPx: gridPx,
    gridHeightPx: gridPx,
    positions,
    confidences: new Float32Array(cells).fill(0.5),
    colors,
    normals: null,
    errors: null,
    moving: null,
  };
}
