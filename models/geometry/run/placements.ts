// What a map says to the studio: placed photos, and a first sparse picture of their points.

import { conjugate, quaternionFromMatrix, rotate, scaled, type Sim3 } from '../../../projects/format/sim3.ts';
import { resized } from '../../../projects/format/intrinsics.ts';
import type { Photo, PhotoId } from '../../../projects/format/scene.ts';
import type { Placement, PointMap } from '../../run/reconstructor.ts';
import { imageOfKey } from '../map/feature-key.ts';
import { cameraIntrinsics, type Pose, type SceneMap } from '../map/scene-map.ts';

export function worldFromCamera({ rotation, translation: t }: Pose): Sim3 {
  const inverse = conjugate(quaternionFromMatrix(rotation));
  return { rotation: inverse, translation: scaled(rotate(inverse, [t[0], t[1], t[2]]), -1), scale: 1 };
}

/** So many points make a photo fully trusted. */
const plenty = 200;

/** @param unit length in the map's world of a unit of the photo's points */
export function placementOf(
  map: SceneMap,
  imageIdx: number,
  photo: Photo,
  submapIdx: number,
  unit = 1,
): Placement | null {
  const pose = map.poses.get(imageIdx);
  if (!pose) return null;
  return {
    photoId: photo.id,
    worldFromCamera: { ...worldFromCamera(pose), scale: unit },
    intrinsics: resized(cameraIntrinsics(map.cameraOfImage(imageIdx)), photo.widthPx, photo.heightPx),
    submapIdx,
    confidence: Math.min(1, map.observedBy(imageIdx) / plenty),
  };
}

/** Cells along the longer side of a sparse picture. */
const previewCells = 120;

/** The tie points that a photo sees, in the grid cells where it sees them. */
export function sparsePreview(map: SceneMap, imageIdx: number, photoId: PhotoId): PointMap {
  const { widthPx, heightPx, count, xPx, yPx, colors } = map.graph.images[imageIdx];
  const cell = Math.max(widthPx, heightPx) / previewCells;
  const gridWidthPx = Math.ceil(widthPx / cell);
  const gridHeightPx = Math.ceil(heightPx / cell);
  const cells = gridWidthPx * gridHeightPx;
  const preview: PointMap = {
    photoId,
    kind: 'preview',
    gridWidthPx,
    gridHeightPx,
    positions: new Float32Array(3 * cells).fill(NaN),
    confidences: new Float32Array(cells),
    colors: new Uint8Array(3 * cells),
    normals: null,
    errors: null,
    moving: null,
  };
  const pose = map.poses.get(imageIdx);
  if (!pose) return preview;
  const { rotation: r, translation: t } = pose;
  for (let feature = 0; feature < count; feature++) {
    const point = map.points.get(map.pointAt(imageIdx, feature));
    if (!point) continue;
    const at =
      Math.min(gridHeightPx - 1, Math.floor(yPx[feature] / cell)) * gridWidthPx +
      Math.min(gridWidthPx - 1, Math.floor(xPx[feature] / cell));
    for (let k = 0; k < 3; k++) {
      preview.positions[3 * at + k] = r[3 * k] * point.x + r[3 * k + 1] * point.y + r[3 * k + 2] * point.z + t[k];
      preview.colors[3 * at + k] = colors[3 * feature + k];
    }
    // Two views are a beginning, four are sure.
    preview.confidences[at] = Math.min(1, 0.25 * point.track.length);
  }
  return preview;
}

export interface SeenPoint {
  position: readonly [number, number, number];
  seenBy: PhotoId[];
}

export function seenPoints(map: SceneMap, photoOf: (imageIdx: number) => PhotoId): SeenPoint[] {
  return [...map.points.values()].map(({ x, y, z, track }) => ({
    position: [x, y, z],
    seenBy: track.map((key) => photoOf(imageOfKey(key))),
  }));
}
