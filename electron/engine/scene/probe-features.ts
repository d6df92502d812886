// Image encoders compared on a scene: what each one's features know of its geometry and of its texture.

import type { EngineProgressReport } from '../../contract/engine.ts';
import type { FeatureProbe, ProbedEncoder, ProbedViews } from '../../contract/feature-probe.ts';
import type { FeatureProbeRequest, SceneFrame } from '../../contract/scene-requests.ts';
import { narrowed, placeAndColour } from '../../../models/evaluate/feature-probe/grid-features.ts';
import {
  depthErrors,
  fitProbe,
  probedFrame,
  readOutScene,
  type ProbedFrame,
} from '../../../models/evaluate/feature-probe/probe.ts';
import type { ProbeKind } from '../../../models/evaluate/feature-probe/splat-targets.ts';
import type { PlacedGaussians } from '../../../models/geometry/render-gaussians.ts';
import { readPack } from '../../../models/run/packs.ts';
import { openPhotoEncoder, type FeatureGrid, type PhotoEncoder } from '../../../models/run/photo-features.ts';
import type { PictureSource } from '../../../models/run/recurrent/preprocess.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { freshSplats, HeldOut, splitFrames } from './held-out.ts';
import { readPoints } from './scene-files.ts';

type Report = (progress: EngineProgressReport) => void;

/** Photos whose features are read, and photos that are drawn: of more, so many spread evenly take part. */
const mostKept = 40;
const mostHeld = 8;
/** Splats that are read out, each four times. */
const mostSplats = 200_000;

/** @throws StudioFailure run-too-few-photos, model-damaged, photo-missing, photo-unreadable, chunk-damaged */
export async function probeFeatures(
  { frames, photoPaths, packFolders, every }: FeatureProbeRequest,
  report: Report = () => undefined,
): Promise<FeatureProbe> {
  const split = splitFrames(frames, every);
  const kept = spread(split.kept, mostKept);
  const held = spread(split.held, mostHeld);
  report({ stage: 'Making the splats', fraction: null });
  const whole = await freshSplats(kept);
  const total = whole.reduce((sum, { columns }) => sum + columns.count, 0);
  const probed = whole.map((placed, i) => probedFrame(placed, kept[i].intrinsics, mostSplats / total));
  const views = new HeldOut(held, photoPaths);
  const drawn = async (scene: readonly PlacedGaussians[]): Promise<ProbedViews> => {
    const { psnr, ssim } = await views.score(scene);
    return { psnr, ssim };
  };
  const scene = await drawn(probed);
  const sources: Source[] = [plain, ...(await Promise.all(packFolders.map(sourceOf)))];
  const encoders: ProbedEncoder[] = [];
  for (const [s, source] of sources.entries()) {
    const startMs = performance.now();
    const look = (fraction: number): void =>
      report({ stage: `What ${source.name} knows`, fraction: (s + fraction) / sources.length });
    const grids = await gridsOf(source, [...kept, ...held], photoPaths, look);
    const readout = fitProbe(probed, grids);
    const heldGrids = grids.slice(kept.length);
    const photos = await Promise.all(
      held.map(async ({ pointsPath, intrinsics }, i) => ({
        points: await readPoints(pointsPath),
        intrinsics,
        grid: heldGrids[i],
      })),
    );
    const scored = (kind: ProbeKind): Promise<ProbedViews> => drawn(readOutScene(kind, probed, grids, readout));
    encoders.push({
      modelId: source.modelId,
      name: source.name,
      dim: source.dim(),
      geometry: await scored('geometry'),
      texture: await scored('texture'),
      all: await scored('all'),
      depth: depthErrors(photos, readout),
      seconds: (performance.now() - startMs) / 1000,
    });
  }
  const splats = probed.reduce((sum: number, { columns }: ProbedFrame) => sum + columns.count, 0);
  return { photos: kept.length, held: held.length, splats, scene, encoders };
}

/** Something that has features for a photo. */
interface Source {
  modelId: string | null;
  name: string;
  open(): Promise<PhotoEncoder>;
  /** Of the features as they came; 0 before the first. */
  dim(): number;
}

async function sourceOf(packFolder: string): Promise<Source> {
  const pack = await readPack(packFolder);
  const { id, name } = pack.manifest;
  let dim = 0;
  const open = async (): Promise<PhotoEncoder> => {
    const encoder = await openPhotoEncoder(pack);
    const featuresOf = async (photo: PictureSource): Promise<FeatureGrid> => {
      const grid = await encoder.featuresOf(photo);
      dim = grid.dim;
      return narrowed(grid);
    };
    return { featuresOf, dispose: () => encoder.dispose() };
  };
  return { modelId: id, name, open, dim: () => dim };
}

/** Long side of the pictures whose pixels stand for features. */
const plainSidePx = 96;

const plain: Source = {
  modelId: null,
  name: 'Place and colour of pixels',
  dim: () => 5,
  open: async () => ({
    featuresOf: async (photo) => {
      const size = { widthPx: plainSidePx, heightPx: plainSidePx, fit: 'inside' } as const;
      return placeAndColour(await photo.read(size));
    },
    dispose: async () => undefined,
  }),
};

async function gridsOf(
  source: Source,
  frames: readonly SceneFrame[],
  photoPaths: FeatureProbeRequest['photoPaths'],
  look: (fraction: number) => void,
): Promise<FeatureGrid[]> {
  const encoder = await source.open();
  try {
    const grids: FeatureGrid[] = [];
    for (const [i, { photoId, intrinsics }] of frames.entries()) {
      look(i / (frames.length + 1));
      const { read } = openPhoto(photoPaths[photoId]);
      const { widthPx, heightPx } = intrinsics;
      grids.push(await encoder.featuresOf({ name: photoId, widthPx, heightPx, read }));
    }
    look(frames.length / (frames.length + 1));
    return grids;
  } finally {
    await encoder.dispose();
  }
}

/** At most so many, spread evenly. */
function spread<T>(items: readonly T[], most: number): T[] {
  const every = Math.max(1, items.length / most);
  return items.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
}
