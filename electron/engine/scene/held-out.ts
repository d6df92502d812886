// Photos that had no part in the splats, drawn from their poses and compared.

import type { SceneFrame, ViewMeans } from '../../contract/scene-requests.ts';
import { comparePictures } from '../../../models/evaluate/pictures.ts';
import { renderGaussians, type PlacedGaussians } from '../../../models/geometry/render-gaussians.ts';
import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { resized } from '../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { gaussiansOfFrame } from './make-splats.ts';

/** Pictures are compared at most at this long side. */
const longSidePx = 640;

/** Every so many-th frame, and the others. @throws StudioFailure run-too-few-photos */
export function splitFrames(frames: readonly SceneFrame[], every: number): { held: SceneFrame[]; kept: SceneFrame[] } {
  const held = frames.filter((_, i) => i % every === Math.floor(every / 2));
  const kept = frames.filter((frame) => !held.includes(frame));
  if (held.length === 0 || kept.length === 0) throw new StudioFailure('run-too-few-photos', { count: every });
  return { held, kept };
}

/**
 * Splats made afresh from these frames alone, in their order. (Their depth may have been confirmed by a photo that is not among them; its colours play no
 * part.)
 */
export async function freshSplats(frames: readonly SceneFrame[]): Promise<PlacedGaussians[]> {
  const made = new Map<SceneFrame, GaussianColumns>();
  const scene: PlacedGaussians[] = [];
  for (const frame of frames) {
    const columns = await gaussiansOfFrame(frame, frames, async (other) => made.get(other) ?? null);
    scene.push({ columns, worldFromCamera: frame.worldFromCamera });
    made.set(frame, columns);
  }
  return scene;
}

/** Photos left out, against any scene. All scenes are compared over the pixels that the first one covers. Lens distortion is not drawn. */
export class HeldOut {
  readonly #frames: readonly SceneFrame[];
  readonly #photoPaths: Readonly<Record<string, string>>;
  readonly #counted = new Map<SceneFrame, Uint8Array>();

  constructor(frames: readonly SceneFrame[], photoPaths: Readonly<Record<string, string>>) {
    this.#frames = frames;
    this.#photoPaths = photoPaths;
  }

  /** @throws StudioFailure photo-missing, photo-unreadable */
  async score(scene: readonly PlacedGaussians[]): Promise<ViewMeans> {
    const views: ViewMeans['views'] = [];
    for (const frame of this.#frames) views.push({ photoId: frame.photoId, ...(await this.#scoreOne(frame, scene)) });
    const mean = (pick: (view: ViewMeans['views'][number]) => number): number =>
      views.reduce((sum, view) => sum + pick(view), 0) / views.length;
    return {
      psnr: mean(({ psnr }) => psnr),
      ssim: mean(({ ssim }) => ssim),
      coverage: mean(({ coverage }) => coverage),
      views,
    };
  }

  async #scoreOne(
    frame: SceneFrame,
    scene: readonly PlacedGaussians[],
  ): Promise<{ psnr: number; ssim: number; coverage: number }> {
    const { worldFromCamera, intrinsics } = frame;
    const scale = Math.min(1, longSidePx / Math.max(intrinsics.widthPx, intrinsics.heightPx));
    const widthPx = Math.round(intrinsics.widthPx * scale);
    const heightPx = Math.round(intrinsics.heightPx * scale);
    const view = renderGaussians(scene, worldFromCamera, resized(intrinsics, widthPx, heightPx));
    const photo = await openPhoto(this.#photoPaths[frame.photoId]).read({
      widthPx,
      heightPx,
      fit: 'fill',
      enlarge: true,
    });
    const counted = this.#counted.get(frame) ?? Uint8Array.from(view.coverage, (share) => (share > 0.5 ? 1 : 0));
    this.#counted.set(frame, counted);
    return comparePictures({ widthPx, heightPx, data: view.rgb }, photo, counted);
  }
}
