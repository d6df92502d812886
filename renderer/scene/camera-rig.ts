// The eye: orbit, pan, zoom to cursor, fly, focus, axis views and looking through a photo's camera. Nothing but the user moves it.

import CameraControls from 'camera-controls';
import {
  Box3,
  Matrix4,
  OrthographicCamera,
  PerspectiveCamera,
  Quaternion,
  Raycaster,
  Sphere,
  Spherical,
  Vector2,
  Vector3,
  Vector4,
} from 'three';
import { FlyKeys } from './fly-keys.ts';
import { ThroughView, type Viewpoint } from './through-view.ts';

CameraControls.install({
  THREE: { Vector2, Vector3, Vector4, Quaternion, Matrix4, Spherical, Box3, Sphere, Raycaster },
});

const fieldOfViewDeg = 50;

export class CameraRig {
  readonly controls: CameraControls;
  readonly fly = new FlyKeys();
  readonly through = new ThroughView();
  private readonly perspective = new PerspectiveCamera(fieldOfViewDeg, 1, 0.01, 1000);
  private readonly orthographic = new OrthographicCamera(-1, 1, 1, -1, -1000, 1000);
  private aspect = 1;
  private radius = 1;
  reducedMotion = false;
  /** Told when an orthographic view ends because the user orbits. */
  onPerspective: () => void = () => {};

  constructor(element: HTMLElement) {
    const { ACTION } = CameraControls;
    this.controls = new CameraControls(this.perspective, element);
    this.controls.dollyToCursor = true;
    this.controls.infinityDolly = true;
    this.controls.smoothTime = 0.14;
    this.controls.draggingSmoothTime = 0.05;
    this.controls.mouseButtons = {
      left: ACTION.ROTATE,
      right: ACTION.TRUCK,
      middle: ACTION.TRUCK,
      wheel: ACTION.DOLLY,
    };
    this.controls.addEventListener('control', () => {
      if (this.isOrthographic && this.controls.currentAction === ACTION.ROTATE) this.onPerspective();
    });
    this.controls.setLookAt(0, 1, 4, 0, 0, 0, false);
  }

  get camera(): PerspectiveCamera | OrthographicCamera {
    return this.isOrthographic ? this.orthographic : this.perspective;
  }

  get isOrthographic(): boolean {
    return this.controls.camera === this.orthographic;
  }

  get target(): Vector3 {
    return this.controls.getTarget(new Vector3());
  }

  /** Which button turns: tools that draw take the left one away; the right one then turns instead of moving. */
  setOrbit(button: 'left' | 'right' | null): void {
    const { ACTION } = CameraControls;
    this.controls.mouseButtons.left = button === 'left' ? ACTION.ROTATE : ACTION.NONE;
    this.controls.mouseButtons.right = button === 'right' ? ACTION.ROTATE : ACTION.TRUCK;
  }

  resize(widthPx: number, heightPx: number): void {
    this.aspect = widthPx / Math.max(1, heightPx);
    this.perspective.aspect = this.aspect;
    this.perspective.updateProjectionMatrix();
    this.setOrthographicSize();
  }

  /** Tells how large the scene is: speeds and clipping follow. */
  setRadius(radius: number): void {
    this.radius = radius;
    this.controls.minDistance = radius * 0.02;
    this.controls.maxDistance = radius * 40;
  }

  /** Moves everything by one drawn frame. @returns true when the view changed */
  update(deltaS: number): boolean {
    const flew = this.fly.apply(this.controls, this.radius, deltaS);
    if (flew && this.through.isOn) this.leaveThrough(false);
    let changed: boolean;
    if (this.through.isOn) changed = this.through.apply(this.perspective, this.reducedMotion ? 1 : deltaS);
    else {
      changed = this.controls.update(deltaS);
      if (Math.abs(this.perspective.fov - fieldOfViewDeg) > 0.01) {
        this.perspective.fov +=
          (fieldOfViewDeg - this.perspective.fov) * (this.reducedMotion ? 1 : Math.min(1, deltaS * 9));
        changed = true;
      }
    }
    if (changed) this.setClipping();
    return changed || flew;
  }

  /** Shows a sphere whole, from a direction (towards the eye) or from where the eye is. */
  frame(centre: Vector3, radius: number, fromDirection: Vector3 | null, animate = true): void {
    this.leaveThrough(false);
    const half = (fieldOfViewDeg / 2) * (Math.PI / 180);
    const tightest = Math.min(half, Math.atan(Math.tan(half) * this.aspect));
    const distance = radius / Math.sin(tightest);
    const towards =
      fromDirection ?? this.controls.getPosition(new Vector3()).sub(this.controls.getTarget(new Vector3())).normalize();
    const eye = centre.clone().addScaledVector(towards, distance);
    void this.controls.setLookAt(eye.x, eye.y, eye.z, centre.x, centre.y, centre.z, animate && !this.reducedMotion);
    if (this.isOrthographic) void this.controls.zoomTo(this.zoomForRadius(radius), animate && !this.reducedMotion);
  }

  /** Turns around the point from now on, looking at it. */
  setPivot(point: Vector3): void {
    void this.controls.setTarget(point.x, point.y, point.z, !this.reducedMotion);
  }

  setOrthographic(on: boolean): void {
    if (on === this.isOrthographic) return;
    const distance = this.controls.distance;
    const half = Math.tan((fieldOfViewDeg / 2) * (Math.PI / 180));
    if (on) {
      this.leaveThrough(false);
      this.controls.camera = this.orthographic;
      this.setOrthographicSize();
      void this.controls.zoomTo(1 / (distance * half), false);
    } else {
      const { zoom } = this.orthographic;
      this.controls.camera = this.perspective;
      // The controls would carry the zoom of the parallel view over.
      void this.controls.zoomTo(1, false);
      void this.controls.dollyTo(1 / (zoom * half), false);
    }
    this.controls.mouseButtons.wheel = on ? CameraControls.ACTION.ZOOM : CameraControls.ACTION.DOLLY;
    this.setClipping();
  }

  lookThrough(viewpoint: Viewpoint): void {
    if (this.isOrthographic) this.onPerspective();
    this.setOrthographic(false);
    if (!this.through.isOn) this.through.remember(this.controls);
    this.controls.enabled = false;
    this.through.goTo(this.perspective, viewpoint);
  }

  /** @param back returns to where the eye was before; otherwise it goes on from here */
  leaveThrough(back: boolean): void {
    if (!this.through.isOn) return;
    this.through.leave(this.controls, this.perspective, back, !this.reducedMotion);
    this.controls.enabled = true;
  }

  dispose(): void {
    this.controls.dispose();
  }

  private zoomForRadius(radius: number): number {
    return Math.min(1, this.aspect) / radius;
  }

  private setOrthographicSize(): void {
    Object.assign(this.orthographic, { left: -this.aspect, right: this.aspect, top: 1, bottom: -1 });
    this.orthographic.updateProjectionMatrix();
  }

  private setClipping(): void {
    const distance = Math.max(this.controls.distance, this.radius * 0.1);
    this.perspective.near = Math.min(distance * 0.01, this.radius * 0.02);
    this.perspective.far = distance + this.radius * 30;
    this.perspective.updateProjectionMatrix();
    this.orthographic.near = -this.radius * 30;
    this.orthographic.far = distance + this.radius * 30;
    this.orthographic.updateProjectionMatrix();
    this.camera.updateMatrixWorld();
  }
}
