// The picture of a shared page: its splats or points, an eye that moves as in the studio, and the places the photos were taken from.

import { Quaternion, Vector3, type Group } from 'three';
import type { SharedScene } from '../../projects/format/shared-scene.ts';
import { lookRotation } from '../scene/axes.ts';
import { CameraRig } from '../scene/camera-rig.ts';
import { fieldOfViewFor } from '../scene/camera-shape.ts';
import { openingDirection, openingRadius } from '../scene/opening-view.ts';
import { sceneStatistics, type SceneStatistics } from '../scene/scene-statistics.ts';
import { Stage } from '../scene/stage.ts';
import { WorldTurn } from '../scene/world-turn.ts';
import { pointContent, splatContent, type SharedContent } from './shared-content.ts';

export class SharedView {
  private readonly scene: SharedScene;
  private readonly rig: CameraRig;
  private readonly stage: Stage;
  private readonly world = new WorldTurn();
  private statistics: SceneStatistics | null = null;

  /** @throws when the browser has no WebGL 2 */
  constructor(canvas: HTMLCanvasElement, scene: SharedScene) {
    this.scene = scene;
    this.world.choose(scene.upInWorld);
    this.rig = new CameraRig(canvas);
    this.rig.reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.stage = new Stage({
      canvas,
      onFrame: (deltaS) => {
        const moved = this.rig.update(deltaS);
        this.stage.renderer.render(this.stage.scene, this.rig.camera);
        return moved || this.rig.fly.isFlying;
      },
      onResize: (widthPx, heightPx) => this.rig.resize(widthPx, heightPx),
      onContextRestored: () => {},
    });
    this.stage.scene.add(this.world.group);
    for (const type of ['control', 'wake'] as const)
      this.rig.controls.addEventListener(type, () => this.stage.invalidate());
    window.addEventListener('keydown', (event) => this.key(event, true));
    window.addEventListener('keyup', (event) => this.key(event, false));
    window.addEventListener('blur', () => this.rig.fly.release());
  }

  /** @returns how many splats or points there are */
  async show(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const redraw = (): void => this.stage.invalidate();
    const { object, top, sample, count }: SharedContent =
      this.scene.content === 'splats' ? await splatContent(bytes, this.stage.renderer, redraw) : pointContent(bytes);
    this.world.group.add(object);
    if (top) this.stage.scene.add(top);
    this.world.group.updateMatrixWorld(true);
    this.statistics = sceneStatistics([{ group: object as Group, sample }]);
    this.home(false);
    return count;
  }

  setBackground(color: string): void {
    this.stage.setBackground(color);
  }

  /** All of the scene, from behind the cameras. */
  home(animate = true): void {
    const cameras = this.scene.cameras.map(({ worldFromCamera }) => worldFromCamera);
    if (!this.statistics || cameras.length === 0) return;
    const { centre, radius } = this.statistics;
    const turn = this.world.displayFromWorld;
    const direction = openingDirection(cameras, turn);
    this.rig.setRadius(radius);
    this.rig.frame(centre, openingRadius(cameras, turn, centre, radius, direction), direction, animate);
    this.stage.invalidate();
  }

  /** Flies to where a photo was taken; dragging goes on from there. */
  visit(cameraIdx: number): void {
    const { worldFromCamera, intrinsics } = this.scene.cameras[cameraIdx];
    const turn = this.world.displayFromWorld;
    const position = new Vector3(...worldFromCamera.translation).applyQuaternion(turn);
    const orientation = lookRotation(turn.clone().multiply(new Quaternion(...worldFromCamera.rotation)));
    const fieldOfViewDeg = fieldOfViewFor(intrinsics, this.stage.widthPx / this.stage.heightPx, 1);
    const focusDistance = this.statistics ? Math.max(position.distanceTo(this.statistics.centre), 1e-3) : 1;
    this.rig.lookThrough({ position, orientation, fieldOfViewDeg, focusDistance });
    this.stage.invalidate();
  }

  /** The pointer takes the eye back from a photo's camera. */
  release(): void {
    this.rig.leaveThrough(false);
    this.stage.invalidate();
  }

  private key(event: KeyboardEvent, isDown: boolean): void {
    if (event.ctrlKey || event.metaKey) return;
    if (this.rig.fly.press(event.code, isDown, event)) this.stage.invalidate();
  }
}
