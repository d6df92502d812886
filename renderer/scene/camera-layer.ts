// The cameras of all placed photos: frusta as lines in one buffer, and their photos as textured planes.

import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  Vector3,
  type Camera,
} from 'three';
import type { FrameId, PhotoId } from '../../projects/format/scene.ts';
import { matrixOf } from './axes.ts';
import { depthForSize, frustumEdges, isInside, pictureCorners, type ScreenPoint } from './camera-shape.ts';
import { PhotoTextures } from './photo-textures.ts';
import type { PlacedFrame } from './point-layer.ts';

export interface CameraStyle {
  visible: boolean;
  showPhotos: boolean;
  /** World units of the picture's long side. */
  size: number;
  selected: ReadonlySet<PhotoId>;
  hovered: PhotoId | null;
  /** Not drawn: the viewport looks through it. */
  through: PhotoId | null;
  lineColor: string;
  selectedColor: string;
  hoveredColor: string;
}

/** Hit area around the centre of a camera that is small on the screen. */
const nearPx = 12;

export class CameraLayer {
  readonly group = new Group();
  private readonly lines: LineSegments<BufferGeometry, LineBasicMaterial>;
  private readonly planes = new Map<FrameId, Mesh<BufferGeometry, MeshBasicMaterial>>();
  private readonly textures: PhotoTextures;
  private frames: readonly PlacedFrame[] = [];
  private style: CameraStyle | null = null;

  constructor(thumbUrl: (id: PhotoId) => string, onChange: () => void) {
    const material = new LineBasicMaterial({ vertexColors: true, transparent: true, opacity: 0.9 });
    this.lines = new LineSegments(new BufferGeometry(), material);
    this.lines.frustumCulled = false;
    this.group.add(this.lines);
    this.textures = new PhotoTextures(thumbUrl, onChange);
  }

  setFrames(frames: readonly PlacedFrame[]): void {
    this.frames = frames.filter(({ visible, frame }) => visible && frame.worldFromCamera && frame.intrinsics);
    this.rebuild();
  }

  setStyle(style: CameraStyle): void {
    this.style = style;
    this.rebuild();
  }

  /** The camera under the pointer; of several the nearest to the eye. @param pointer in CSS pixels of the viewport */
  pick(pointer: ScreenPoint, camera: Camera, widthPx: number, heightPx: number): PhotoId | null {
    if (!this.style?.visible) return null;
    let best: PhotoId | null = null;
    let bestDepth = Infinity;
    const screenFromLocal = new Matrix4();
    for (const placed of this.frames) {
      if (placed.frame.photoId === this.style.through) continue;
      screenFromLocal.copy(this.group.matrixWorld).multiply(matrixOf(placed.frame.worldFromCamera!));
      const points = this.cornersOf(placed).map((corner) => {
        const p = new Vector3(...corner).applyMatrix4(screenFromLocal);
        const depth = -p.clone().applyMatrix4(camera.matrixWorldInverse).z;
        p.project(camera);
        return { x: ((p.x + 1) / 2) * widthPx, y: ((1 - p.y) / 2) * heightPx, depth };
      });
      if (points.some(({ depth }) => depth <= 0)) continue;
      const [apex, ...corners] = points;
      const isNear = Math.hypot(apex.x - pointer[0], apex.y - pointer[1]) < nearPx;
      const hit =
        isNear ||
        isInside(
          corners.map(({ x, y }) => [x, y] as const),
          pointer,
        );
      if (hit && apex.depth < bestDepth) [best, bestDepth] = [placed.frame.photoId, apex.depth];
    }
    return best;
  }

  dispose(): void {
    this.lines.geometry.dispose();
    this.lines.material.dispose();
    this.textures.dispose();
    for (const plane of this.planes.values()) disposePlane(plane);
  }

  private cornersOf({ frame }: PlacedFrame): [number, number, number][] {
    const pose = frame.worldFromCamera!;
    const depth = depthForSize(frame.intrinsics!, (this.style?.size ?? 1) / pose.scale);
    return [
      [0, 0, 0],
      ...pictureCorners(frame.intrinsics!, depth).map(([x, y, z]) => [x, y, z] as [number, number, number]),
    ];
  }

  private rebuild(): void {
    const { style } = this;
    if (!style) return;
    this.group.visible = style.visible;
    if (!style.visible) return;
    const drawn = this.frames.filter(({ frame }) => frame.photoId !== style.through);
    const positions = new Float32Array(drawn.length * frustumEdges.length * 6);
    const colors = new Float32Array(positions.length);
    const [plain, selected, hovered] = [style.lineColor, style.selectedColor, style.hoveredColor].map(
      (c) => new Color(c),
    );
    const matrix = new Matrix4();
    let at = 0;
    for (const placed of drawn) {
      const { photoId, worldFromCamera } = placed.frame;
      matrixOf(worldFromCamera!, matrix);
      const corners = this.cornersOf(placed).map((corner) => new Vector3(...corner).applyMatrix4(matrix));
      const color = photoId === style.hovered ? hovered : style.selected.has(photoId) ? selected : plain;
      for (const edge of frustumEdges)
        for (const end of edge) {
          corners[end].toArray(positions, at);
          color.toArray(colors, at);
          at += 3;
        }
    }
    this.lines.geometry.dispose();
    this.lines.geometry = new BufferGeometry();
    this.lines.geometry.setAttribute('position', new BufferAttribute(positions, 3));
    this.lines.geometry.setAttribute('color', new BufferAttribute(colors, 3));
    this.rebuildPlanes(style.showPhotos ? drawn : []);
  }

  private rebuildPlanes(drawn: readonly PlacedFrame[]): void {
    const wanted = new Set(drawn.map(({ frame }) => frame.id));
    for (const [id, plane] of this.planes)
      if (!wanted.has(id)) {
        this.group.remove(plane);
        disposePlane(plane);
        this.planes.delete(id);
      }
    for (const placed of drawn) {
      const { id, photoId, worldFromCamera } = placed.frame;
      const material = this.textures.materialOf(photoId);
      if (!material) continue;
      let plane = this.planes.get(id);
      if (!plane) {
        plane = new Mesh(new BufferGeometry(), material);
        plane.matrixAutoUpdate = false;
        plane.frustumCulled = false;
        this.planes.set(id, plane);
        this.group.add(plane);
      }
      setPicture(plane.geometry, this.cornersOf(placed).slice(1));
      matrixOf(worldFromCamera!, plane.matrix);
      plane.matrixWorldNeedsUpdate = true;
    }
  }
}

/** Two triangles over four corners, the picture's top left at the first. */
export function setPicture(geometry: BufferGeometry, corners: readonly (readonly [number, number, number])[]): void {
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(corners.flat()), 3));
  if (geometry.index) return;
  geometry.setAttribute('uv', new BufferAttribute(new Float32Array([0, 1, 1, 1, 1, 0, 0, 0]), 2));
  geometry.setIndex([0, 3, 1, 1, 3, 2]);
}

export const pictureMaterial = (): MeshBasicMaterial => new MeshBasicMaterial({ side: DoubleSide, toneMapped: false });

function disposePlane(plane: Mesh<BufferGeometry, MeshBasicMaterial>): void {
  plane.geometry.dispose();
}
