// The track of a clicked point, from the points and photos of a scene.

import { basename } from 'node:path';
import type { TrackObservation, TrackReply, TrackRequest } from '../../contract/scene-requests.ts';
import { grayFromRgb, type GrayImage } from '../../../models/geometry/features/gray-image.ts';
import { FrameDepth } from '../../../models/geometry/frame-depth.ts';
import { trackPoint, type PointTrack } from '../../../models/geometry/trajectory/track-point.ts';
import type { TrackView } from '../../../models/geometry/trajectory/track-view.ts';
import { projectPoint, rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import type { PointColumns } from '../../../projects/format/point-chunk.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { inverse, scaled, transformPoint, type Vec3 } from '../../../projects/format/sim3.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { FileCache, readPoints } from './scene-files.ts';

type TrackFrame = TrackRequest['frames'][number];

/** Longest side at which photos are compared. */
const longSidePx = 640;

// Kept between clicks: the first one reads, the next ones are there at once.
const points = new FileCache<PointColumns>(readPoints, ({ count }) => count * 25, 300 * 2 ** 20);
const images = new FileCache<GrayImage>(readGray, ({ data }) => data.byteLength, 200 * 2 ** 20);

/** @throws StudioFailure nothing-there, photo-missing, photo-unreadable, not-found, chunk-damaged */
export async function track({ frames, photoId, xPx, yPx }: TrackRequest): Promise<TrackReply> {
  const query = frames.find((frame) => frame.photoId === photoId);
  const z = query ? new FrameDepth(await points.get(query.pointsPath), query.intrinsics).at(xPx, yPx) : NaN;
  if (!query || !(z > 0)) throw new StudioFailure('nothing-there', { name: basename(query?.photoPath ?? photoId) });
  const place = transformPoint(query.worldFromCamera, scaled(rayThroughPixel(query.intrinsics, xPx, yPx), z));
  // Photos that look elsewhere are not read; a moving point may be in any of them.
  const near = frames.filter((frame) => frame === query || isInside(frame, pixelOf(frame, place)));
  const first = await tracked(near, photoId, xPx, yPx);
  const found = first?.moving && near.length < frames.length ? await tracked(frames, photoId, xPx, yPx) : first;
  if (!found) throw new StudioFailure('nothing-there', { name: basename(query.photoPath) });
  const sights = new Map(found.sights.map((sight) => [sight.photoId, sight]));
  const { pointInWorld, moving } = found;
  return {
    pointInWorld,
    moving,
    observations: frames.map((frame) => sights.get(frame.photoId) ?? unseen(frame, pointInWorld)),
  };
}

async function tracked(
  frames: readonly TrackFrame[],
  queryId: string,
  xPx: number,
  yPx: number,
): Promise<PointTrack | null> {
  const views: TrackView[] = [];
  // One after the other: a decoded photo is large, and many at once would fill the memory.
  for (const { photoPath, pointsPath, worldFromCamera, intrinsics, photoId } of frames) {
    const depth = new FrameDepth(await points.get(pointsPath), intrinsics);
    views.push({ photoId, worldFromCamera, intrinsics, depth, image: await images.get(photoPath) });
  }
  const queryIdx = views.findIndex(({ photoId }) => photoId === queryId);
  return trackPoint(views, queryIdx, xPx, yPx);
}

const pixelOf = ({ worldFromCamera, intrinsics }: TrackFrame, place: Vec3): readonly [number, number] | null =>
  projectPoint(intrinsics, transformPoint(inverse(worldFromCamera), place));

function isInside({ intrinsics }: TrackFrame, pixel: readonly [number, number] | null): boolean {
  return (
    pixel !== null && pixel.every((x) => x >= 0) && pixel[0] < intrinsics.widthPx && pixel[1] < intrinsics.heightPx
  );
}

function unseen(frame: TrackFrame, place: Vec3): TrackObservation {
  const [xPx, yPx] = pixelOf(frame, place) ?? [null, null];
  return { photoId: frame.photoId, xPx, yPx, visible: false, score: 0, pointInWorld: null };
}

async function readGray(path: string): Promise<GrayImage> {
  return grayFromRgb(await openPhoto(path).read({ widthPx: longSidePx, heightPx: longSidePx, fit: 'inside' }));
}
