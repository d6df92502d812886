// The camera path: its keyframes, and what is being played of it.

import { pathSeconds, viewAt, type PathView } from '../../projects/format/camera-path.ts';
import type { SavedCamera } from '../../projects/format/scene.ts';
import type { StudioCalls } from './studio-calls.ts';

/** Time between a new keyframe and the one before it. */
const secondsBetween = 2;

export class PathState {
  cameras = $state.raw<readonly SavedCamera[]>([]);
  ease = $state(true);
  /** Seconds from the start while it plays; null otherwise. */
  playing = $state<number | null>(null);
  readonly seconds: number = $derived(pathSeconds(this.cameras));
  readonly #calls: StudioCalls;

  constructor(calls: StudioCalls) {
    this.#calls = calls;
  }

  reset(cameras: readonly SavedCamera[]): void {
    this.cameras = cameras;
    this.playing = null;
  }

  viewAt(seconds: number): PathView | null {
    return viewAt(this.cameras, seconds, this.ease);
  }

  async add({ worldFromCamera, intrinsics }: PathView): Promise<void> {
    const last = this.cameras.at(-1);
    const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, k1, k2 } = intrinsics;
    const camera: SavedCamera = {
      id: crypto.randomUUID(),
      name: `Camera ${this.cameras.length + 1}`,
      worldFromCamera,
      intrinsics: { widthPx: Math.round(widthPx), heightPx: Math.round(heightPx), fxPx, fyPx, cxPx, cyPx, k1, k2 },
      seconds: last ? last.seconds + secondsBetween : 0,
    };
    await this.#keep([...this.cameras, camera]);
  }

  async remove(id: string): Promise<void> {
    await this.#keep(this.cameras.filter((camera) => camera.id !== id));
  }

  /** The leg that ends at this keyframe takes so long; later ones move along. */
  async setLeg(idx: number, seconds: number): Promise<void> {
    const shift = seconds - (this.cameras[idx].seconds - this.cameras[idx - 1].seconds);
    await this.#keep(
      this.cameras.map((camera, i) => (i < idx ? camera : { ...camera, seconds: camera.seconds + shift })),
    );
  }

  async #keep(cameras: readonly SavedCamera[]): Promise<void> {
    await this.#calls.tell(
      'cameras.set',
      { cameras: cameras.map((camera) => structuredClone(camera)) as never },
      'project',
    );
  }
}
