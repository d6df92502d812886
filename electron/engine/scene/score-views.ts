// How well splats show what a camera would see: photos that had no part in the splats, drawn from their poses and compared.

import type { EngineProgressReport } from '../../contract/engine.ts';
import type { SceneFrame, ScoreViewsRequest, ViewMeans, ViewScores } from '../../contract/scene-requests.ts';
import { comparePictures } from '../../../models/evaluate/pictures.ts';
import { renderGaussians, type PlacedGaussians } from '../../../models/geometry/render-gaussians.ts';
import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { resized } from '../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { gaussiansOfFrame } from './make-splats.ts';
import { beginPolish, polishedScene, polishWhole } from './polish.ts';

/** Pictures are compared at most at this long side. */
const longSidePx = 640;

/**
 * Splats are made afresh from the photos that stay. (Depth of those may have been confirmed by a photo that is left out; its colours
 * play no part.) Lens distortion is not drawn. With `polish`, they are scored once more when polished against the photos that stay.
 * @throws StudioFailure run-too-few-photos, nothing-to-polish, photo-missing, photo-unreadable, chunk-damaged
 */
export async function scoreViews(
  { frames, photoPaths, every, polish }: ScoreViewsRequest,
  report: (progress: EngineProgressReport) => void = () => undefined,
): Promise<ViewScores> {
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
  const counted = new Map<SceneFrame, Uint8Array>();
  const scored = async (shown: readonly PlacedGaussians[]): Promise<ViewMeans> => {
    const views: ViewMeans['views'] = [];
    for (const frame of held)
      views.push({ photoId: frame.photoId, ...(await score(frame, shown, photoPaths[frame.photoId], counted)) });
    const mean = (pick: (view: ViewMeans['views'][number]) => number): number =>
      views.reduce((sum, view) => sum + pick(view), 0) / views.length;
    return {
      psnr: mean(({ psnr }) => psnr),
      ssim: mean(({ ssim }) => ssim),
      coverage: mean(({ coverage }) => coverage),
      views,
    };
  };
  const plain = await scored(scene);
  if (!polish) return { ...plain, polished: null };
  const startedAtMs = Date.now();
  const { values } = await polishWhole(await beginPolish(kept, scene, photoPaths, report), report);
  const seconds = (Date.now() - startedAtMs) / 1000;
  // Where polishing would make things worse, the splats stay as they are.
  const after = values === null ? plain : await scored(polishedScene(scene, values));
  return { ...plain, polished: { ...after, seconds } };
}

/** @param masks which pixels count: those that were covered when the frame was scored first */
async function score(
  frame: SceneFrame,
  scene: readonly PlacedGaussians[],
  photoPath: string,
  masks: Map<SceneFrame, Uint8Array>,
): Promise<{ psnr: number; ssim: number; coverage: number }> {
  const { worldFromCamera, intrinsics } = frame;
  const scale = Math.min(1, longSidePx / Math.max(intrinsics.widthPx, intrinsics.heightPx));
  const widthPx = Math.round(intrinsics.widthPx * scale);
  const heightPx = Math.round(intrinsics.heightPx * scale);
  const view = renderGaussians(scene, worldFromCamera, resized(intrinsics, widthPx, heightPx));
  const photo = await (await openPhoto(photoPath)).read({ widthPx, heightPx, fit: 'fill', enlarge: true });
  const counted = masks.get(frame) ?? Uint8Array.from(view.coverage, (share) => (share > 0.5 ? 1 : 0));
  masks.set(frame, counted);
  return comparePictures({ widthPx, heightPx, data: view.rgb }, photo, counted);
}
