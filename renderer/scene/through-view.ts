// Looking through a photo's camera: the eye flies into it, keeps its exact pose and field of view, and can return to where it was.

import type CameraControls from 'camera-controls';
import { Quaternion, Vector3, type PerspectiveCamera } from 'three';

export interface Viewpoint {
  position: Vector3;
  orientation: Quaternion;
  fieldOfViewDeg: number;
  /** Distance to what the camera looks at, where orbiting goes on afterwards. */
  focusDistance: number;
}

const flightS = 0.45;

export class ThroughView {
  private to: Viewpoint | null = null;
  private readonly fromPosition = new Vector3();
  private readonly fromOrientation = new Quaternion();
  private fromFieldOfViewDeg = 50;
  private progress = 1;
  private memory: { eye: Vector3; target: Vector3 } | null = null;

  get isOn(): boolean {
    return this.to !== null;
  }

  /** 0 at take-off, 1 in the camera. */
  get arrival(): number {
    return this.to ? this.progress : 0;
  }

  remember(controls: CameraControls): void {
    this.memory = { eye: controls.getPosition(new Vector3()), target: controls.getTarget(new Vector3()) };
  }

  goTo(camera: PerspectiveCamera, to: Viewpoint): void {
    this.fromPosition.copy(camera.position);
    this.fromOrientation.copy(camera.quaternion);
    this.fromFieldOfViewDeg = camera.fov;
    this.to = to;
    this.progress = 0;
  }

  /** The pose moved (refinement) or the window was resized: follows without a flight. */
  adjust(to: Viewpoint): void {
    if (!this.to) return;
    this.to = to;
    this.progress = Math.min(this.progress, 0.999);
  }

  apply(camera: PerspectiveCamera, deltaS: number): boolean {
    if (!this.to || this.progress >= 1) return false;
    this.progress = Math.min(1, this.progress + deltaS / flightS);
    const t = this.progress * this.progress * (3 - 2 * this.progress);
    camera.position.lerpVectors(this.fromPosition, this.to.position, t);
    camera.quaternion.slerpQuaternions(this.fromOrientation, this.to.orientation, t);
    camera.fov = this.fromFieldOfViewDeg + (this.to.fieldOfViewDeg - this.fromFieldOfViewDeg) * t;
    camera.updateMatrixWorld();
    return true;
  }

  leave(controls: CameraControls, camera: PerspectiveCamera, back: boolean, animate: boolean): void {
    const { position } = camera;
    const focus = position
      .clone()
      .add(new Vector3(0, 0, -(this.to?.focusDistance ?? 1)).applyQuaternion(camera.quaternion));
    void controls.setLookAt(position.x, position.y, position.z, focus.x, focus.y, focus.z, false);
    if (back && this.memory) {
      const { eye, target } = this.memory;
      void controls.setLookAt(eye.x, eye.y, eye.z, target.x, target.y, target.z, animate);
    }
    this.to = null;
  }
}
