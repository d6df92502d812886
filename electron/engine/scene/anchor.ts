// Picked places as anchors: which photo keeps each of them, how many saw it, and how surely it is known.

import type { AnchorRequest, PickedPlace } from '../../contract/space-requests.ts';
import type { SceneFrame } from '../../contract/scene-requests.ts';
import { FrameDepth } from '../../../models/geometry/frame-depth.ts';
import { placeSigma, type Sight } from '../../../models/spatial/place-error.ts';
import { projectPoint, rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import type { Anchor } from '../../../projects/format/measures.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { inverse, length, scaled, subtract, transformPoint, type Vec3 } from '../../../projects/format/sim3.ts';
import { FileCache, readPoints } from './scene-files.ts';

/** A photo sees a place when its own surface there is nearer to it than this share of the distance. */
const sameSurface = 0.08;
/** A click on a photo hits a pixel or two beside what was meant. */
const pickPx = 1.5;

interface FrameSurface {
  depth: FrameDepth;
  /** Mean confidence of the frame's points, 0…1. */
  confidence: number;
}

/** Depth grids by points file and lens, 5 bytes a cell of a usual grid; the next click asks them again. */
const surfaces = new FileCache<FrameSurface>(readSurface, () => 5 * 400 * 300, 150 * 2 ** 20);

/** @throws StudioFailure nothing-there, not-found, chunk-damaged */
export async function anchor({ frames, places }: AnchorRequest): Promise<Anchor[]> {
  if (frames.length === 0) throw new StudioFailure('nothing-there', { name: 'the scene' });
  const anchors: Anchor[] = [];
  for (const place of places) {
    const { pointInWorld, precision } = await placeOf(frames, place);
    anchors.push(await anchorOf(frames, pointInWorld, precision));
  }
  return anchors;
}

async function placeOf(
  frames: readonly SceneFrame[],
  place: PickedPlace,
): Promise<{ pointInWorld: Vec3; precision: number }> {
  if (place.kind === 'world') return place;
  const frame = frames.find(({ photoId }) => photoId === place.photoId);
  const z = frame ? (await surfaceOf(frame)).depth.at(place.xPx, place.yPx) : NaN;
  if (!frame || !(z > 0)) throw new StudioFailure('nothing-there', { name: 'this photo' });
  const { worldFromCamera, intrinsics } = frame;
  const inCamera = scaled(rayThroughPixel(intrinsics, place.xPx, place.yPx), z);
  return {
    pointInWorld: transformPoint(worldFromCamera, inCamera),
    precision: (pickPx * z * worldFromCamera.scale) / intrinsics.fxPx,
  };
}

async function anchorOf(frames: readonly SceneFrame[], pointInWorld: Vec3, precision: number): Promise<Anchor> {
  const sights: (Sight & { frame: SceneFrame; pointInCamera: Vec3 })[] = [];
  for (const frame of frames) {
    const { worldFromCamera, intrinsics } = frame;
    const pointInCamera = transformPoint(inverse(worldFromCamera), pointInWorld);
    const pixel = projectPoint(intrinsics, pointInCamera);
    if (!pixel || !pixel.every((x, k) => x >= 0 && x < [intrinsics.widthPx, intrinsics.heightPx][k])) continue;
    const { depth, confidence } = await surfaceOf(frame);
    const z = depth.at(...(pixel as [number, number]));
    if (!(Math.abs(z - pointInCamera[2]) < sameSurface * pointInCamera[2])) continue;
    const { scale } = worldFromCamera;
    const sight = { residual: (z - pointInCamera[2]) * scale, depth: length(pointInCamera) * scale, confidence };
    sights.push({ ...sight, frame, pointInCamera });
  }
  // The photo whose own surface is nearest to the place keeps it; where none saw it, the nearest camera does.
  const keeper = sights.toSorted((a, b) => Math.abs(a.residual) / a.depth - Math.abs(b.residual) / b.depth)[0];
  const frame = keeper?.frame ?? nearest(frames, pointInWorld);
  const { scale } = frame.worldFromCamera;
  return {
    frameId: frame.frameId,
    pointInCamera: transformPoint(inverse(frame.worldFromCamera), pointInWorld),
    sigma: placeSigma(precision, sights) / scale,
    views: sights.length,
  };
}

const nearest = (frames: readonly SceneFrame[], point: Vec3): SceneFrame => {
  const far = ({ worldFromCamera }: SceneFrame): number => length(subtract(worldFromCamera.translation, point));
  return frames.reduce((best, frame) => (far(frame) < far(best) ? frame : best));
};

/** The cache knows files by a text: the lens goes with the path. */
const surfaceOf = ({ pointsPath, intrinsics }: SceneFrame): Promise<FrameSurface> =>
  surfaces.get(JSON.stringify({ pointsPath, intrinsics }));

async function readSurface(key: string): Promise<FrameSurface> {
  const { pointsPath, intrinsics } = JSON.parse(key) as Pick<SceneFrame, 'pointsPath' | 'intrinsics'>;
  const columns = await readPoints(pointsPath);
  let sum = 0;
  for (let i = 0; i < columns.count; i++) sum += columns.colors[4 * i + 3];
  return { depth: new FrameDepth(columns, intrinsics), confidence: sum / 255 / Math.max(1, columns.count) };
}
