// Where the eye goes when it is asked to: everything, some photos, an axis, into a photo's camera; and once by itself, to a new scene.

import { Box3, Quaternion, Vector3 } from 'three';
import type { Frame, PhotoId } from '../../projects/format/scene.ts';
import type { Sim3, Vec3 } from '../../projects/format/sim3.ts';
import { lookRotation, matrixOf } from './axes.ts';
import type { CameraRig } from './camera-rig.ts';
import { fieldOfViewFor } from './camera-shape.ts';
import { openingDirection, openingRadius } from './opening-view.ts';
import type { PlacedFrame, PointLayer } from './point-layer.ts';
import { sceneStatistics, type SceneStatistics } from './scene-statistics.ts';
import type { Stage } from './stage.ts';
import type { ThroughLayer } from './through-layer.ts';
import type { WorldTurn } from './world-turn.ts';

const axisDirections = {
  front: [0, 0, 1],
  back: [0, 0, -1],
  right: [1, 0, 0],
  left: [-1, 0, 0],
  // Straight up and down have no direction of their own to turn about.
  top: [0, 1, 0.0001],
  bottom: [0, -1, 0.0001],
} as const;

export interface EyeContext {
  stage: Stage;
  rig: CameraRig;
  world: WorldTurn;
  points: PointLayer;
  through: ThroughLayer;
  frames(): readonly PlacedFrame[];
  poses(): readonly Sim3[];
  statistics(): SceneStatistics | null;
  /** The world may have been turned, or the eye will move. */
  changed(): void;
}

export class LiveEye {
  /** True once the scene has framed itself; from then on only the user moves the eye and turns the world. */
  hasFramed = false;
  private readonly context: EyeContext;

  constructor(context: EyeContext) {
    this.context = context;
  }

  frameAll(): void {
    this.goTo(this.afterGuess(), 1.05, null);
  }

  framePhotos(ids: ReadonlySet<PhotoId>): void {
    const { points, frames } = this.context;
    const chosen = new Set(frames().flatMap(({ frame }) => (ids.has(frame.photoId) ? frame.id : [])));
    const clouds = [...points.visibleClouds()].filter(({ chunk }) => chosen.has(chunk.frameId));
    this.goTo(sceneStatistics(clouds), 1.1, null);
  }

  /** Brings places of the world into view, with room around them. */
  framePlaces(places: readonly Vec3[]): void {
    const { world, rig, changed } = this.context;
    const box = new Box3().setFromPoints(places.map((place) => new Vector3(...place).applyMatrix4(world.group.matrix)));
    const scene = this.context.statistics()?.radius ?? 1;
    rig.frame(box.getCenter(new Vector3()), Math.max(box.getSize(new Vector3()).length() * 0.8, scene * 0.15), null);
    changed();
  }

  lookFrom(view: keyof typeof axisDirections): void {
    this.goTo(this.afterGuess(), 1.05, new Vector3(...axisDirections[view]).normalize());
  }

  /** Flies into the camera that took the photo, and lays the photo over the render. */
  lookThrough(frame: Frame): void {
    const { worldFromCamera, intrinsics } = frame;
    if (!worldFromCamera || !intrinsics) return;
    const { world, rig, stage, through, statistics, changed } = this.context;
    const display = world.group.matrix.clone().multiply(matrixOf(worldFromCamera));
    const [position, orientation] = [new Vector3(), new Quaternion()];
    display.decompose(position, orientation, new Vector3());
    const [near, far] = statistics()?.depthRange ?? [1, 3];
    const focusDistance = (near + far) / 2;
    rig.lookThrough({
      position,
      orientation: lookRotation(orientation),
      fieldOfViewDeg: fieldOfViewFor(intrinsics, stage.widthPx / stage.heightPx, 1.06),
      focusDistance,
    });
    through.show(frame, focusDistance);
    changed();
  }

  /** @param back returns to where the eye was before; otherwise it goes on from the camera */
  leaveThrough(back: boolean): void {
    this.context.through.hide();
    this.context.rig.leaveThrough(back);
    this.context.changed();
  }

  /** Frames a new scene, once and gently, as soon as what it is judged by is here. */
  frameOnce(): void {
    if (this.hasFramed) return;
    const { points, stage, world, rig, poses, statistics } = this.context;
    // Not by whatever is here already: a project opens with the same view each time.
    const clouds = points.openingClouds();
    if (!clouds || !statistics()) return;
    // Those that have just come do not stand in their places yet.
    stage.scene.updateMatrixWorld();
    const found = sceneStatistics(clouds);
    if (!found) return;
    this.hasFramed = true;
    const turn = world.displayFromWorld;
    const direction = openingDirection(poses(), turn);
    const radius = openingRadius(poses(), turn, found.centre, found.radius, direction);
    // It comes in from a little farther away.
    rig.frame(found.centre, radius * 1.25, direction, false);
    rig.frame(found.centre, radius, null, true);
  }

  /** What the user asks for may use all that is known by now of which way is up. */
  private afterGuess(): SceneStatistics | null {
    this.context.world.guess(this.context.frames());
    this.context.changed();
    return this.context.statistics();
  }

  /**
   * Another world is shown: the eye goes to the same place in it, and up is guessed anew.
   * @param newFromOld null when nobody knows where that is: the scene frames itself again
   */
  crossTo(newFromOld: Sim3 | null): void {
    const { rig, world, frames, changed } = this.context;
    this.leaveThrough(false);
    const oldFromDisplay = world.displayFromWorld.invert();
    const places = [rig.controls.getPosition(new Vector3()), rig.target].map((place) =>
      place.applyQuaternion(oldFromDisplay),
    );
    world.guess(frames());
    this.hasFramed = newFromOld !== null;
    if (newFromOld) {
      const [eye, target] = places.map((place) =>
        place.applyMatrix4(matrixOf(newFromOld)).applyQuaternion(world.displayFromWorld),
      );
      void rig.controls.setLookAt(eye.x, eye.y, eye.z, target.x, target.y, target.z, false);
    }
    changed();
  }

  private goTo(statistics: SceneStatistics | null, room: number, direction: Vector3 | null): void {
    if (statistics) this.context.rig.frame(statistics.centre, statistics.radius * room, direction);
    this.context.changed();
  }
}
