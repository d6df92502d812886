// What pointer tools ask of the scene: what is under the pointer, where things are on the screen, and the selection box.

import type { Group, Object3D, Quaternion, Vector3 } from 'three';
import { Vector3 as Vector } from 'three';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { Frame, PhotoId } from '../../projects/format/scene.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import { toVec3 } from './axes.ts';
import { BoxLayer, type ScreenRectangle } from './box-layer.ts';
import type { CameraLayer } from './camera-layer.ts';
import type { CameraRig } from './camera-rig.ts';
import { DepthPicker } from './depth-picker.ts';
import type { PointLayer } from './point-layer.ts';
import type { Stage } from './stage.ts';
import { upFromThreePoints } from './world-up.ts';

export type Pointer = readonly [xPx: number, yPx: number];

export interface ToolContext {
  stage: Stage;
  rig: CameraRig;
  points: PointLayer;
  cameras: CameraLayer;
  /** Its matrix turns world axes to display axes. */
  world: Group;
  /** Everything on the stage that is not points. */
  others: readonly Object3D[];
  changed(): void;
  frameOf(frameId: string): Frame | null;
  worldFromDisplay(): Quaternion;
  up(): Vec3;
}

/** Pointers are in CSS pixels of the viewport. */
export class LiveTools {
  readonly box = new BoxLayer();
  private readonly picker = new DepthPicker();
  private readonly context: ToolContext;

  constructor(context: ToolContext) {
    this.context = context;
  }

  cameraAt(pointer: Pointer): PhotoId | null {
    const { cameras, rig, stage } = this.context;
    return cameras.pick(pointer, rig.camera, stage.widthPx, stage.heightPx);
  }

  /** The point under the pointer in world axes, or null over nothing. */
  pointAt(pointer: Pointer): Vec3 | null {
    const inDisplay = this.pick(pointer);
    return inDisplay && toVec3(inDisplay.applyMatrix4(this.context.world.matrix.clone().invert()));
  }

  /** The point under the pointer with how precisely a pointer hits it: a pixel and a half there, one standard deviation. */
  placeAt(pointer: Pointer): { pointInWorld: Vec3; precision: number } | null {
    const inDisplay = this.pick(pointer);
    if (!inDisplay) return null;
    const { rig, stage, world } = this.context;
    const ahead = inDisplay.clone().sub(rig.camera.position).dot(rig.camera.getWorldDirection(new Vector()));
    const depth = rig.isOrthographic ? 1 / rig.camera.zoom : ahead;
    const unitsPerPx = depth / ((stage.heightPx / 2) * rig.camera.projectionMatrix.elements[5]);
    const pointInWorld = toVec3(inDisplay.applyMatrix4(world.matrix.clone().invert()));
    return { pointInWorld, precision: 1.5 * unitsPerPx };
  }

  /** From now on the view turns around the point under the pointer. */
  pivotAt(pointer: Pointer): void {
    const point = this.pick(pointer);
    if (point) this.context.rig.setPivot(point);
    this.context.changed();
  }

  /** Where a world point is on the screen now; null behind the eye. */
  onScreen(pointInWorld: Vec3): { x: number; y: number } | null {
    const { world, rig, stage } = this.context;
    const p = new Vector(...pointInWorld).applyMatrix4(world.matrix).project(rig.camera);
    if (p.z > 1) return null;
    return { x: ((p.x + 1) / 2) * stage.widthPx, y: ((1 - p.y) / 2) * stage.heightPx };
  }

  /** Up from three places on the floor; null when they lie on one line. */
  upFrom(places: readonly [Vec3, Vec3, Vec3]): Vec3 | null {
    return upFromThreePoints(places, this.context.up());
  }

  /** @returns false when no points are in the rectangle */
  fitBox(rectangle: ScreenRectangle): boolean {
    const { points, rig, stage } = this.context;
    const fitted = this.box.fit(rectangle, points.visibleClouds(), rig.camera, stage.widthPx, stage.heightPx);
    this.context.changed();
    return fitted;
  }

  /** Centres of the faces on the screen; empty without a box. */
  handles(): { x: number; y: number }[] {
    const { rig, stage } = this.context;
    return this.box.handles(rig.camera, stage.widthPx, stage.heightPx);
  }

  pull(faceIdx: number, deltaXPx: number, deltaYPx: number): void {
    const { rig, stage, changed } = this.context;
    this.box.pull(faceIdx, deltaXPx, deltaYPx, rig.camera, stage.widthPx, stage.heightPx);
    changed();
  }

  /** Moves a face by a share of the box's diagonal. */
  grow(faceIdx: number, share: number): void {
    this.box.grow(faceIdx, share * this.box.diagonal);
    this.context.changed();
  }

  clearBox(): void {
    this.box.clear();
    this.context.changed();
  }

  /** The box in camera axes of every frame that may have points in it. */
  cutBox(): FrameBox[] {
    const { points, frameOf, worldFromDisplay } = this.context;
    return this.box.cutIntoFrames(points.visibleClouds(), ({ chunk }) => frameOf(chunk.frameId), worldFromDisplay());
  }

  private pick(pointer: Pointer): Vector3 | null {
    const { stage, rig, points, others } = this.context;
    return this.picker.pick({ stage, rig, points, others: [...others, this.box.lines, this.box.fill] }, pointer);
  }

  dispose(): void {
    this.box.dispose();
    this.picker.dispose();
  }
}
