// The selection box: fitted to what a rectangle on the screen holds, shown as lines, pulled by six handles, cut into boxes per frame.

import {
  Box3,
  BoxGeometry,
  EdgesGeometry,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  Quaternion,
  Vector3,
  type Camera,
} from 'three';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { Frame } from '../../projects/format/scene.ts';
import { compose, inverse, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';
import { matrixOf, toVec3 } from './axes.ts';
import type { PointCloud } from './point-cloud.ts';
import { percentile } from './world-up.ts';

export interface ScreenRectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class BoxLayer {
  readonly lines = new LineSegments(
    new EdgesGeometry(new BoxGeometry(2, 2, 2)),
    new LineBasicMaterial({ color: 0xf2b84b }),
  );
  readonly fill = new Mesh(
    new BoxGeometry(2, 2, 2),
    new MeshBasicMaterial({ color: 0xf2b84b, transparent: true, opacity: 0.07, depthWrite: false }),
  );
  /** Display axes; the box's own axes are those of the view it was drawn in. */
  private centre = new Vector3();
  private orientation = new Quaternion();
  private half = new Vector3();
  exists = false;

  constructor() {
    for (const object of [this.lines, this.fill]) {
      object.matrixAutoUpdate = false;
      object.visible = false;
    }
  }

  setColor(color: string): void {
    this.lines.material.color.set(color);
    this.fill.material.color.set(color);
  }

  /** Fits the box to the sampled points inside a rectangle of the viewport. @returns false when there are none */
  fit(
    rectangle: ScreenRectangle,
    clouds: Iterable<PointCloud>,
    camera: Camera,
    widthPx: number,
    heightPx: number,
  ): boolean {
    const depths: number[] = [];
    const spans = new Box3();
    const inView: Vector3[] = [];
    const point = new Vector3();
    for (const { group, sample } of clouds) {
      for (let i = 0; i < sample.length; i += 4) {
        point.set(sample[i], sample[i + 1], sample[i + 2]).applyMatrix4(group.matrixWorld);
        const view = point.clone().applyMatrix4(camera.matrixWorldInverse);
        point.project(camera);
        const x = ((point.x + 1) / 2) * widthPx;
        const y = ((1 - point.y) / 2) * heightPx;
        const isIn = x >= rectangle.left && x <= rectangle.right && y >= rectangle.top && y <= rectangle.bottom;
        if (!isIn || Math.abs(point.z) > 1) continue;
        depths.push(-view.z);
        inView.push(view);
      }
    }
    this.exists = inView.length > 0;
    if (this.exists) {
      depths.sort((a, b) => a - b);
      const [near, far] = [percentile(depths, 0.02), percentile(depths, 0.9)];
      for (const view of inView) if (-view.z >= near && -view.z <= far) spans.expandByPoint(view);
      // The sample is thin: a little more room takes in what lies between the sampled points.
      spans.expandByScalar(0.02 * spans.getSize(new Vector3()).length());
      spans.getSize(this.half).multiplyScalar(0.5);
      spans.getCenter(this.centre).applyMatrix4(camera.matrixWorld);
      this.orientation.setFromRotationMatrix(camera.matrixWorld);
    }
    this.refresh();
    return this.exists;
  }

  clear(): void {
    this.exists = false;
    this.refresh();
  }

  /** Centre of each face on the screen: −x, +x, −y, +y, −z, +z. */
  handles(camera: Camera, widthPx: number, heightPx: number): { x: number; y: number }[] {
    if (!this.exists) return [];
    return [0, 1, 2, 3, 4, 5].map((idx) => {
      const p = this.faceCentre(idx).project(camera);
      return { x: ((p.x + 1) / 2) * widthPx, y: ((1 - p.y) / 2) * heightPx };
    });
  }

  /** Moves one face so that its handle follows the pointer as well as its axis allows. */
  pull(idx: number, deltaXPx: number, deltaYPx: number, camera: Camera, widthPx: number, heightPx: number): void {
    const axis = Math.floor(idx / 2);
    const outward = this.axisOf(axis).multiplyScalar(idx % 2 === 0 ? -1 : 1);
    const face = this.faceCentre(idx);
    const unit = this.half.length() * 0.1;
    const a = face.clone().project(camera);
    const b = face.clone().addScaledVector(outward, unit).project(camera);
    const alongPx = [((b.x - a.x) * widthPx) / 2, ((a.y - b.y) * heightPx) / 2];
    const squared = alongPx[0] ** 2 + alongPx[1] ** 2;
    // An axis that points at the eye cannot be seen: dragging up pulls it.
    const by =
      squared > 1 ? ((deltaXPx * alongPx[0] + deltaYPx * alongPx[1]) / squared) * unit : -deltaYPx * unit * 0.05;
    this.grow(idx, by);
  }

  /** @param by display units, outward */
  grow(idx: number, by: number): void {
    const axis = Math.floor(idx / 2);
    const half = this.half.getComponent(axis);
    const change = Math.max(by, -1.9 * half);
    this.half.setComponent(axis, half + change / 2);
    this.centre.addScaledVector(this.axisOf(axis).multiplyScalar(idx % 2 === 0 ? -1 : 1), change / 2);
    this.refresh();
  }

  get diagonal(): number {
    return this.half.length() * 2;
  }

  /** The box in camera axes of every frame whose points may lie in it. */
  cutIntoFrames(
    clouds: Iterable<PointCloud>,
    frameOf: (cloud: PointCloud) => Frame | null,
    worldFromDisplay: Quaternion,
  ): FrameBox[] {
    if (!this.exists) return [];
    const worldFromBox: Sim3 = {
      rotation: worldFromDisplay
        .clone()
        .multiply(this.orientation)
        .normalize()
        .toArray() as unknown as Sim3['rotation'],
      translation: toVec3(this.centre.clone().applyQuaternion(worldFromDisplay)),
      scale: 1,
    };
    const halfSize: Vec3 = toVec3(this.half);
    const boxes = new Map<string, FrameBox>();
    for (const cloud of clouds) {
      const frame = frameOf(cloud);
      if (!frame?.worldFromCamera) continue;
      const cameraFromBox = compose(inverse(frame.worldFromCamera), worldFromBox);
      const around = new Box3(new Vector3(...halfSize).negate(), new Vector3(...halfSize)).applyMatrix4(
        matrixOf(cameraFromBox),
      );
      const { min, max } = cloud.chunk.bounds;
      if (around.intersectsBox(new Box3(new Vector3(...min), new Vector3(...max))))
        boxes.set(frame.id, { frameId: frame.id, cameraFromBox, halfSize });
    }
    return [...boxes.values()];
  }

  private axisOf(axis: number): Vector3 {
    return new Vector3().setComponent(axis, 1).applyQuaternion(this.orientation);
  }

  private faceCentre(idx: number): Vector3 {
    const axis = Math.floor(idx / 2);
    return this.centre
      .clone()
      .addScaledVector(this.axisOf(axis), (idx % 2 === 0 ? -1 : 1) * this.half.getComponent(axis));
  }

  private refresh(): void {
    const matrix = new Matrix4().compose(this.centre, this.orientation, this.half);
    for (const object of [this.lines, this.fill]) {
      object.visible = this.exists;
      object.matrix.copy(matrix);
      object.matrixWorldNeedsUpdate = true;
    }
  }

  dispose(): void {
    for (const object of [this.lines, this.fill]) {
      object.geometry.dispose();
      object.material.dispose();
    }
  }
}
