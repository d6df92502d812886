// How well splats show what a camera would see: photos that had no part in the splats, drawn from their poses and compared.

import type { EngineProgressReport } from '../../contract/engine.ts';
import type { ScoreViewsRequest, ViewScores } from '../../contract/scene-requests.ts';
import { freshSplats, HeldOut, splitFrames } from './held-out.ts';
import { beginPolish, polishedScene, polishWhole } from './polish.ts';

/**
 * Splats are made afresh from the photos that stay. With `polish`, they are scored once more when polished against those photos.
 * @throws StudioFailure run-too-few-photos, nothing-to-polish, photo-missing, photo-unreadable, chunk-damaged
 */
export async function scoreViews(
  { frames, photoPaths, every, polish }: ScoreViewsRequest,
  report: (progress: EngineProgressReport) => void = () => undefined,
): Promise<ViewScores> {
  const { held, kept } = splitFrames(frames, every);
  const scene = await freshSplats(kept);
  const views = new HeldOut(held, photoPaths);
  const plain = await views.score(scene);
  if (!polish) return { ...plain, polished: null };
  const startedAtMs = Date.now();
  const { values } = await polishWhole(await beginPolish(kept, scene, photoPaths, report), report);
  const seconds = (Date.now() - startedAtMs) / 1000;
  // Where polishing would make things worse, the splats stay as they are.
  const after = values === null ? plain : await views.score(polishedScene(scene, values));
  return { ...plain, polished: { ...after, seconds } };
}
