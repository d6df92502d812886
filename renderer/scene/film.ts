// Pictures and films of the scene from any camera at any size, taken on the stage's own canvas.

import { Matrix4, PerspectiveCamera, Quaternion, Vector3, type Group, type Object3D } from 'three';
import type { PathView } from '../../projects/format/camera-path.ts';
import { pinhole } from '../../projects/format/intrinsics.ts';
import { lookRotation, matrixOf, toVec3 } from './axes.ts';
import { fieldOfViewFor } from './camera-shape.ts';
import { filmWriter, type FilmFormat } from './film-writer.ts';
import type { CameraRig } from './camera-rig.ts';
import type { PointLayer } from './point-layer.ts';
import type { SplatLayer } from './splat-layer.ts';
import type { Stage } from './stage.ts';
import type { Viewpoint } from './through-view.ts';

export interface FilmOptions {
  viewAt(seconds: number): PathView;
  seconds: number;
  framesPerSecond: number;
  widthPx: number;
  heightPx: number;
  format: FilmFormat;
  onProgress(share: number): void;
  signal: AbortSignal;
}

export interface FilmContext {
  stage: Stage;
  rig: CameraRig;
  /** Its matrix turns world axes to display axes. */
  world: Group;
  points: PointLayer;
  splats: SplatLayer;
  /** Helpers that have no place in a picture: frusta, grid, boxes. */
  helpers: readonly Object3D[];
}

/** A flight into a camera takes less than this. */
const flightMs = 650;

export class Film {
  private readonly context: FilmContext;
  private readonly camera = new PerspectiveCamera();

  constructor(context: FilmContext) {
    this.context = context;
  }

  /** The view on the screen, in world axes. */
  viewNow(): PathView {
    const { rig, world, stage } = this.context;
    const { position, quaternion } = rig.camera;
    // A half turn about x is its own inverse: the way back is the way there.
    const pose = new Matrix4().compose(position, lookRotation(quaternion), new Vector3(1, 1, 1));
    const [place, rotation] = [new Vector3(), new Quaternion()];
    pose.premultiply(world.matrix.clone().invert()).decompose(place, rotation, new Vector3());
    const halfHeight = rig.isOrthographic
      ? 0.45
      : Math.tan((((rig.camera as PerspectiveCamera).fov / 2) * Math.PI) / 180);
    const { x, y, z, w } = rotation;
    return {
      worldFromCamera: { rotation: [x, y, z, w], translation: toVec3(place), scale: 1 },
      intrinsics: pinhole(stage.widthPx, stage.heightPx, stage.heightPx / 2 / halfHeight),
    };
  }

  /** Puts the eye exactly there; the first call flies. */
  show(view: PathView): void {
    const { rig, stage } = this.context;
    const viewpoint = this.viewpointOf(view);
    if (rig.through.isOn) rig.through.adjust(viewpoint);
    else rig.lookThrough(viewpoint);
    stage.invalidate();
  }

  /** Goes there and gives the eye back to the user. */
  flyTo(view: PathView): void {
    this.show(view);
    setTimeout(() => this.leave(), flightMs);
  }

  leave(): void {
    this.context.rig.leaveThrough(false);
    this.context.stage.invalidate();
  }

  /** One picture as PNG. */
  async still(view: PathView, widthPx: number, heightPx: number): Promise<Blob> {
    return this.atSize(widthPx, heightPx, async () => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [widthPx, heightPx];
      await this.draw(view, canvas);
      return new Promise((resolve, reject) =>
        canvas.toBlob(
          (blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture.'))),
          'image/png',
        ),
      );
    });
  }

  /** Writes a film frame by frame, as fast as it goes and no faster than the encoder. @throws AbortError when it is cancelled; Error with a sentence when the film cannot be written */
  async record({
    viewAt,
    seconds,
    framesPerSecond,
    widthPx,
    heightPx,
    format,
    onProgress,
    signal,
  }: FilmOptions): Promise<Blob> {
    const writer = await filmWriter({ format, widthPx, heightPx, framesPerSecond, seconds });
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [widthPx, heightPx];
    const frames = Math.max(1, Math.round(seconds * framesPerSecond));
    try {
      await this.atSize(widthPx, heightPx, async () => {
        for (let frame = 0; frame < frames; frame++) {
          signal.throwIfAborted();
          await this.draw(viewAt(frame / framesPerSecond), canvas);
          await writer.add(canvas, frame);
          onProgress((frame + 1) / frames);
        }
      });
      return await writer.finish(signal);
    } catch (error) {
      await writer.cancel();
      throw error;
    }
  }

  private viewpointOf({ worldFromCamera, intrinsics }: PathView): Viewpoint {
    const { world, stage, rig } = this.context;
    const [position, rotation] = [new Vector3(), new Quaternion()];
    world.matrix.clone().multiply(matrixOf(worldFromCamera)).decompose(position, rotation, new Vector3());
    const fieldOfViewDeg = fieldOfViewFor(intrinsics, stage.widthPx / stage.heightPx, 1);
    return { position, orientation: lookRotation(rotation), fieldOfViewDeg, focusDistance: rig.controls.distance };
  }

  /** Draws a view without helpers onto a canvas of the stage's present size. */
  private async draw(view: PathView, into: HTMLCanvasElement): Promise<void> {
    const { stage, points, splats, helpers } = this.context;
    const { camera } = this;
    const { position, orientation } = this.viewpointOf(view);
    camera.position.copy(position);
    camera.quaternion.copy(orientation);
    camera.aspect = into.width / into.height;
    camera.fov = fieldOfViewFor(view.intrinsics, camera.aspect, 1);
    [camera.near, camera.far] = [this.context.rig.camera.near, this.context.rig.camera.far];
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    if (splats.group.visible) await splats.sortedFor(stage.scene, camera);
    const shown = helpers.map(({ visible }) => visible);
    helpers.forEach((helper) => (helper.visible = false));
    while (points.prepare(Infinity, position).more);
    points.uniforms.uPixelsPerUnit.value = (into.height / 2) * camera.projectionMatrix.elements[5];
    stage.renderer.render(stage.scene, camera);
    // In the same task as the drawing: afterwards the canvas may be empty.
    into.getContext('2d')?.drawImage(stage.renderer.domElement, 0, 0, into.width, into.height);
    helpers.forEach((helper, i) => (helper.visible = shown[i]));
  }

  /** The stage's canvas has another size for as long as the work takes. */
  private async atSize<T>(widthPx: number, heightPx: number, work: () => Promise<T>): Promise<T> {
    const { stage } = this.context;
    stage.lend(true);
    stage.renderer.setPixelRatio(1);
    stage.renderer.setSize(widthPx, heightPx, false);
    try {
      return await work();
    } finally {
      stage.lend(false);
    }
  }
}
