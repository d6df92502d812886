// The track of a clicked point, from the points and photos of a scene.

import { basename } from 'node:path';
import type { TrackReply, TrackRequest } from '../../contract/scene-requests.ts';
import { grayFromRgb, type GrayImage } from '../../../models/geometry/features/gray-image.ts';
import { FrameDepth } from '../../../models/geometry/frame-depth.ts';
import { trackPoint } from '../../../models/geometry/trajectory/track-point.ts';
import type { TrackView } from '../../../models/geometry/trajectory/track-view.ts';
import type { PointColumns } from '../../../projects/format/point-chunk.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { FileCache, readPoints } from './scene-files.ts';

/** Longest side at which photos are compared. */
const longSidePx = 640;

// Kept between clicks: the first one reads, the next ones are there at once.
const points = new FileCache<PointColumns>(readPoints, ({ count }) => count * 25, 300 * 2 ** 20);
const images = new FileCache<GrayImage>(readGray, ({ data }) => data.byteLength, 200 * 2 ** 20);

/** @throws StudioFailure nothing-there, photo-missing, photo-unreadable, not-found, chunk-damaged */
export async function track({ frames, photoId, xPx, yPx }: TrackRequest): Promise<TrackReply> {
  const queryIdx = frames.findIndex((frame) => frame.photoId === photoId);
  const views: TrackView[] = [];
  // One after the other: a decoded photo is large, and many at once would fill the memory.
  for (const { photoPath, pointsPath, worldFromCamera, intrinsics, photoId: id } of frames) {
    const depth = new FrameDepth(await points.get(pointsPath), intrinsics);
    views.push({ photoId: id, worldFromCamera, intrinsics, depth, image: await images.get(photoPath) });
  }
  const found = queryIdx < 0 ? null : trackPoint(views, queryIdx, xPx, yPx);
  if (!found) throw new StudioFailure('nothing-there', { name: basename(frames[queryIdx]?.photoPath ?? photoId) });
  const { pointInWorld, moving, sights } = found;
  return { pointInWorld, moving, observations: sights };
}

async function readGray(path: string): Promise<GrayImage> {
  return grayFromRgb(await openPhoto(path).read({ widthPx: longSidePx, heightPx: longSidePx, fit: 'inside' }));
}
