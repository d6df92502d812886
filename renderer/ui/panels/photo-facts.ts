// The facts of a photo as short lines: term and value.

import type { Frame, Photo } from '../../../projects/format/scene.ts';
import { formatCount, formatTime } from '../format.ts';

/** @param isReplaced its file holds another picture now */
export function factsOf(photo: Photo, frame: Frame | null, points: number, isReplaced: boolean): [string, string][] {
  const facts: [string, string][] = [['Size', `${photo.widthPx} × ${photo.heightPx} px`]];
  if (isReplaced) facts.push(['File', 'Holds another picture now; all here is of the earlier one']);
  if (photo.takenAtMs !== null) facts.push(['Taken', formatTime(photo.takenAtMs)]);
  if (photo.camera) facts.push(['Camera', photo.camera]);
  if (photo.focalPx !== null) facts.push(['Lens', `${Math.round(photo.focalPx)} px by EXIF`]);
  if (photo.gps) facts.push(['Place', `${photo.gps.latitudeDeg.toFixed(5)}°, ${photo.gps.longitudeDeg.toFixed(5)}°`]);
  const status = frame
    ? { placed: 'Placed', waiting: 'Waits to be placed', failed: 'Could not be placed' }[frame.status]
    : 'Not met yet';
  facts.push([
    'In the scene',
    frame?.status === 'placed' ? `${status}, ${Math.round(frame.confidence * 100)} % sure` : status,
  ]);
  if (frame?.reason) facts.push(['Reason', frame.reason]);
  if (frame?.intrinsics) facts.push(['Focal length', `${Math.round(frame.intrinsics.fxPx)} px as found`]);
  if (points > 0) facts.push(['Points', formatCount(points)]);
  return facts;
}
