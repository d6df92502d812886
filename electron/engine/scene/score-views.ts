// How well splats show what a camera would see: photos that had no part in the splats, drawn from their poses and compared.

import type { SceneFrame, ScoreViewsRequest, ViewScores } from '../../contract/scene-requests.ts';
import { comparePictures } from '../../../models/evaluate/pictures.ts';
import { renderGaussians, type PlacedGaussians } from '../../../models/geometry/render-gaussians.ts';
import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { resized } from '../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { gaussiansOfFrame } from './make-splats.ts';

/** Pictures are compared at most at this long side. */
const longSidePx = 640;

/**
 * Splats are made afresh from the photos that stay. (Depth of those may have been confirmed by a photo that is left out; its colours
 * play no part.) Lens distortion is not drawn.
 * @throws StudioFailure run-too-few-photos, photo-missing, photo-unreadable, chunk-damaged
 */
export async function scoreViews({ frames, photoPaths, every }: ScoreViewsRequest): Promise<ViewScores> {
  const held = frames.filter((_, i) => i % every === Math.floor(every / 2));
  const kept = frames.filter((frame) => !held.includes(frame));
  if (held.length === 0 || kept.length === 0) throw new StudioFailure('run-too-few-photos', { count: every });
  const made = new Map<SceneFrame, GaussianColumns>();
  const scene: PlacedGaussians[] = [];
  for (const frame of kept) {
    const columns = await gaussiansOfFrame(frame, kept, async (other) => made.get(other) ?? null);
    scene.push({ columns, worldFromCamera: frame.worldFromCamera });
    made.set(frame, columns);
  }
  const views: ViewScores['views'] = [];
  for (const frame of held)
    views.push({ photoId: frame.photoId, ...(await score(frame, scene, photoPaths[frame.photoId])) });
  const mean = (pick: (view: ViewScores['views'][number]) => number): number =>
    views.reduce((sum, view) => sum + pick(view), 0) / views.length;
  return {
    psnr: mean(({ psnr }) => psnr),
    ssim: mean(({ ssim }) => ssim),
    coverage: mean(({ coverage }) => coverage),
    views,
  };
}

async function score(
  { worldFromCamera, intrinsics }: SceneFrame,
  scene: readonly PlacedGaussians[],
  photoPath: string,
): Promise<{ psnr: number; ssim: number; coverage: number }> {
  const scale = Math.min(1, longSidePx / Math.max(intrinsics.widthPx, intrinsics.heightPx));
  const widthPx = Math.round(intrinsics.widthPx * scale);
  const heightPx = Math.round(intrinsics.heightPx * scale);
  const view = renderGaussians(scene, worldFromCamera, resized(intrinsics, widthPx, heightPx));
  const photo = await (await openPhoto(photoPath)).read({ widthPx, heightPx, fit: 'fill', enlarge: true });
  const counted = Uint8Array.from(view.coverage, (share) => (share > 0.5 ? 1 : 0));
  return comparePictures({ widthPx, heightPx, data: view.rgb }, photo, counted);
}
