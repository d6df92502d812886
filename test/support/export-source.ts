// A small run in memory for export tests: photos of the rendered box room, points and splats at their true places.

import type { FirstBelief } from '../../projects/format/belief.ts';
import type { EditRecord } from '../../projects/format/edits.ts';
import { encodeGaussianChunk, noFeature, type GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import { rayThroughPixel } from '../../projects/format/intrinsics.ts';
import { boundsOf, emptyPointColumns, encodePointChunk, type PointColumns } from '../../projects/format/point-chunk.ts';
import type { Frame, GaussianChunk, Photo, PointChunk } from '../../projects/format/scene.ts';
import { arcCameras, boxRoom } from '../../projects/sample/presets.ts';
import { renderScene, type RenderedView, type SceneCamera } from '../../projects/sample/render-scene.ts';
import type { ExportSource } from '../../projects/export/source.ts';

export interface RenderedRun extends ExportSource {
  cameras: SceneCamera[];
  views: RenderedView[];
  edits: EditRecord[];
  chunks: PointChunk[];
  frames: Frame[];
  beliefs: FirstBelief[];
}

/** Points live in camera axes at half their true size; the frame's scale 2 brings them back. */
const ownScale = 2;

/** `count` photos of 64 × 48 px, called `photo NN.jpg`, with full truth. */
export function renderedRun(count = 3): RenderedRun {
  const scene = boxRoom();
  const cameras = arcCameras(count, 64, 48);
  const views = cameras.map((camera) => renderScene(scene, camera));
  const files = new Map<string, Uint8Array>();
  const photos: Photo[] = [];
  const frames: Frame[] = [];
  const chunks: PointChunk[] = [];
  const gaussians: GaussianChunk[] = [];
  cameras.forEach((camera, i) => {
    const points = pointsOf(camera, views[i]);
    files.set(`points${i}`, encodePointChunk(points, i + 1));
    files.set(`splats${i}`, encodeGaussianChunk(splatsOf(points)));
    photos.push(photoRow(i));
    const worldFromCamera = { ...camera.worldFromCamera, scale: ownScale };
    const place = { stepIdx: i, submapIdx: 0, confidence: 0.9, status: 'placed' as const, reason: null };
    frames.push({
      id: `f${i}`,
      runId: 'r',
      photoId: `p${i}`,
      ...place,
      worldFromCamera,
      intrinsics: camera.intrinsics,
    });
    chunks.push({
      id: `points${i}`,
      frameId: `f${i}`,
      count: points.count,
      bounds: boundsOf(points.positions),
      kind: 'final',
    });
    gaussians.push({
      id: `splats${i}`,
      frameId: `f${i}`,
      sourceChunkId: `points${i}`,
      count: points.count,
      fileId: `splats${i}`,
    });
  });
  const readChunk = (id: string): Promise<Uint8Array> => {
    const file = files.get(id);
    return file ? Promise.resolve(file) : Promise.reject(new Error(`no chunk ${id}`));
  };
  const sharedViewer = (): Promise<string> => Promise.resolve('document.title += " </script>";');
  const photoPath = (photo: Photo): string => `/photos/${photo.path}`;
  return {
    photos,
    frames,
    chunks,
    gaussians,
    beliefs: [],
    edits: [],
    readChunk,
    photoPath,
    sharedViewer,
    cameras,
    views,
  };
}

function photoRow(i: number): Photo {
  const name = `photo_${String(i).padStart(2, '0')}.jpg`;
  const unknown = { takenAtMs: null, focalPx: null, camera: null, gps: null, prior: null };
  return {
    id: `p${i}`,
    path: `pictures/${name}`,
    name,
    sha256: String(i),
    widthPx: 64,
    heightPx: 48,
    orderIdx: i,
    ...unknown,
  };
}

function pointsOf({ intrinsics }: SceneCamera, view: RenderedView): PointColumns {
  const count = view.depth.length;
  const columns = emptyPointColumns(count, view.widthPx, view.heightPx);
  for (let at = 0; at < count; at++) {
    const [column, row] = [at % view.widthPx, Math.floor(at / view.widthPx)];
    const ray = rayThroughPixel(intrinsics, column + 0.5, row + 0.5);
    columns.positions.set(
      ray.map((value) => (value * view.depth[at]) / ownScale),
      at * 3,
    );
    columns.colors.set([...view.rgb.subarray(at * 3, at * 3 + 3), column < 32 ? 255 : 100], at * 4);
    columns.pixels.set([column, row], at * 2);
    columns.normals.set([0, 0, -127], at * 3);
  }
  return columns;
}

function splatsOf({ count, positions, colors }: PointColumns): GaussianColumns {
  const columns: GaussianColumns = {
    count,
    means: positions.slice(),
    logScales: new Float32Array(count * 3),
    rotations: new Int16Array(count * 4),
    colors: colors.slice(),
    featureIdx: new Uint16Array(count),
  };
  for (let i = 0; i < count; i++) {
    columns.logScales.set([Math.log(0.01), Math.log(0.02), Math.log(0.001)], i * 3);
    const turn = i * 0.37;
    columns.rotations.set(
      [0.6 * Math.sin(turn), 0.8 * Math.sin(turn), 0, Math.cos(turn)].map((q) => Math.round(q * 32767)),
      i * 4,
    );
    columns.featureIdx[i] = i % 7 === 0 ? noFeature : i % 300;
  }
  return columns;
}

/** Records as the store keeps them. */
export function editsOf(...edits: EditRecord['edit'][]): EditRecord[] {
  return edits.map((edit, i) => ({ id: `e${i}`, seq: i + 1, createdAtMs: 0, undone: false, edit }));
}
