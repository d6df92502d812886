// A synthetic scene: solids, what each of them is (class, instance, colour name), and the lights. Built with turned groups.

import type { Vec3 } from '../format/sim3.ts';
import { Bvh } from './bvh.ts';
import { Solid, type Material, type Rgb, type SolidKind, type SolidOptions } from './solid.ts';

export interface SceneInstance {
  /** From 1; 0 is "nothing" in the label pictures. */
  id: number;
  classId: number;
  /** The blue chair, the floor, … */
  name: string;
  /** Basic colour term of most of its surface. */
  colorName: string;
}

export interface SceneLights {
  /** Unit vector towards the sun, its light, and the world y beyond which nothing casts a shadow. */
  sun: { towards: Vec3; light: Rgb; openBeyondY: number } | null;
  /** Openings through which the sky shines: centre, half edges (two vectors), light per area and angle, normal into the room. */
  windows: readonly { centre: Vec3; edgeA: Vec3; edgeB: Vec3; normal: Vec3; light: Rgb }[];
  lamps: readonly { centre: Vec3; radius: number; light: Rgb }[];
}

export interface Scene {
  solids: readonly Solid[];
  instances: readonly SceneInstance[];
  /** Name of the class with id i at place i; 0 is `nothing`. */
  classNames: readonly string[];
  lights: SceneLights;
  /** Everything, as seen; and without what shines, as it casts shadows. */
  visible: Bvh;
  casting: Bvh;
  /** Light is computed inside only. */
  min: Vec3;
  max: Vec3;
}

type GroupOptions = Omit<SolidOptions, 'centre' | 'half' | 'material' | 'instanceId'>;

/** Solids placed relative to an origin on the floor, turned together about the vertical. */
export class Group {
  readonly #solids: Solid[];
  readonly #origin: Vec3;
  readonly #yawDeg: number;
  readonly instanceId: number;

  constructor(solids: Solid[], instanceId: number, origin: Vec3, yawDeg: number) {
    this.#solids = solids;
    this.instanceId = instanceId;
    this.#origin = origin;
    this.#yawDeg = yawDeg;
  }

  add(kind: SolidKind, at: Vec3, half: Vec3, material: Material, options: GroupOptions = {}): this {
    const turn = (this.#yawDeg * Math.PI) / 180;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const [ox, oy, oz] = this.#origin;
    const centre: Vec3 = [ox + cos * at[0] - sin * at[1], oy + sin * at[0] + cos * at[1], oz + at[2]];
    const yawDeg = (options.yawDeg ?? 0) + this.#yawDeg;
    this.#solids.push(new Solid(kind, { ...options, centre, half, material, instanceId: this.instanceId, yawDeg }));
    return this;
  }

  /** Box between two corners, in the group's axes. */
  box(from: Vec3, to: Vec3, material: Material, round = 0): this {
    const centre: Vec3 = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2];
    const half: Vec3 = [(to[0] - from[0]) / 2, (to[1] - from[1]) / 2, (to[2] - from[2]) / 2];
    return this.add(round > 0 ? 'rounded' : 'box', centre, half, material, { round });
  }
}

export class SceneBuilder {
  readonly #solids: Solid[] = [];
  readonly #instances: SceneInstance[] = [];
  readonly #classNames: string[] = ['nothing'];

  /** Starts a new thing; what is added to the group belongs to it. */
  thing(className: string, name: string, colorName: string, origin: Vec3 = [0, 0, 0], yawDeg = 0): Group {
    let classId = this.#classNames.indexOf(className);
    if (classId < 0) classId = this.#classNames.push(className) - 1;
    const id = this.#instances.length + 1;
    this.#instances.push({ id, classId, name, colorName });
    return new Group(this.#solids, id, origin, yawDeg);
  }

  finish(lights: SceneLights, min: Vec3, max: Vec3): Scene {
    return {
      solids: this.#solids,
      instances: this.#instances,
      classNames: this.#classNames,
      lights,
      visible: new Bvh(this.#solids),
      casting: new Bvh(this.#solids, (solid) => solid.emission === 0),
      min,
      max,
    };
  }
}
