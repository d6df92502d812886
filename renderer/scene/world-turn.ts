// How the world is turned on display: up as the user set it, or as cameras and GPS tell it, along +Y.

import { Group, type Quaternion } from 'three';
import { upOfScene } from '../../projects/format/gravity.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import { displayFromWorld } from './axes.ts';
import type { PlacedFrame } from './point-layer.ts';

export class WorldTurn {
  /** Holds everything that is given in world axes. */
  readonly group = new Group();
  private chosen: Vec3 | null = null;
  private guessed: Vec3 = [0, -1, 0];

  constructor() {
    this.group.matrixAutoUpdate = false;
    this.apply();
  }

  /** Up in world axes, a unit vector. */
  get up(): Vec3 {
    return this.chosen ?? this.guessed;
  }

  get displayFromWorld(): Quaternion {
    return displayFromWorld(this.up);
  }

  /** null leaves it to the guess. */
  choose(upInWorld: Vec3 | null): void {
    this.chosen = upInWorld;
    this.apply();
  }

  guess(frames: readonly PlacedFrame[]): void {
    const cameras = frames.flatMap(({ frame: { worldFromCamera }, gps }) =>
      worldFromCamera ? [{ worldFromCamera, gps }] : [],
    );
    this.guessed = upOfScene(cameras) ?? [0, -1, 0];
    this.apply();
  }

  private apply(): void {
    this.group.matrix.makeRotationFromQuaternion(this.displayFromWorld);
    this.group.matrixWorldNeedsUpdate = true;
  }
}
