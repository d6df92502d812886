// Flying with held keys, by their place on the keyboard (so that AZERTY works): W A S D, Q down, E up, Shift fast, Alt slow.

import type CameraControls from 'camera-controls';

const directions: Readonly<Record<string, readonly [right: number, up: number, forward: number]>> = {
  KeyW: [0, 0, 1],
  KeyS: [0, 0, -1],
  KeyA: [-1, 0, 0],
  KeyD: [1, 0, 0],
  KeyE: [0, 1, 0],
  KeyQ: [0, -1, 0],
};

/** Scene radii a second. */
const speed = 0.55;

export class FlyKeys {
  private readonly held = new Set<string>();
  private factor = 1;

  /** @returns true when the key is one of ours */
  press(code: string, isDown: boolean, modifiers: { shiftKey: boolean; altKey: boolean }): boolean {
    this.factor = modifiers.shiftKey ? 4 : modifiers.altKey ? 0.25 : 1;
    if (!(code in directions)) return false;
    if (isDown) this.held.add(code);
    else this.held.delete(code);
    return true;
  }

  release(): void {
    this.held.clear();
  }

  get isFlying(): boolean {
    return this.held.size > 0;
  }

  apply(controls: CameraControls, radius: number, deltaS: number): boolean {
    if (this.held.size === 0) return false;
    let [right, up, forward] = [0, 0, 0];
    for (const code of this.held) {
      const [r, u, f] = directions[code];
      right += r;
      up += u;
      forward += f;
    }
    const by = speed * this.factor * radius * Math.min(deltaS, 0.1);
    if (forward !== 0) void controls.forward(forward * by, true);
    if (right !== 0) void controls.truck(right * by, 0, true);
    if (up !== 0) void controls.elevate(up * by, true);
    return true;
  }
}
