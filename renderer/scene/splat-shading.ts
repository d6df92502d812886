// What the shader does to every splat of a mesh: backs disappear, and a sample is widened so that the surface stays closed.

import type { dyno, SplatMesh } from '@sparkjsdev/spark';

/** Spark's language of shaders; Spark itself is loaded when it is needed. */
type Dyno = typeof dyno;

/**
 * Which side of a disc its photo saw: the one towards the origin where the mesh is in the axes of that photo's camera, or the one that its
 * own z points away from, as in the SPZ files of our exports.
 */
export type Front = 'towards-origin' | 'against-own-z';

/** A sample is widened at most so far: more would show single discs instead of a surface. */
const mostWidening = 5;

/** Switches of one mesh; changing them compiles nothing anew. */
export class SplatShading {
  private readonly mesh: SplatMesh;
  private readonly widening: InstanceType<Dyno['DynoFloat']>;
  private readonly hidesBacks: InstanceType<Dyno['DynoBool']>;

  constructor(mesh: SplatMesh, language: Dyno, front: Front = 'towards-origin') {
    this.mesh = mesh;
    this.widening = new language.DynoFloat({ value: 1 });
    this.hidesBacks = new language.DynoBool({ value: false });
    mesh.objectModifiers = [modifierFor(mesh, this.widening, this.hidesBacks, front, language)];
    mesh.updateGenerator();
  }

  /**
   * Hides discs that turn their back to the eye: from outside one looks into a room instead of at the backs of its walls. A disc's thin
   * axis is its own z, its front is the side that its photo saw. Balls (splats without a known normal) have no back.
   */
  hideBacks(hide: boolean): void {
    this.hidesBacks.value = hide;
    this.mesh.enableViewToObject = hide;
    this.mesh.updateVersion();
  }

  /** @param share of the splats that is drawn, 0…1 */
  widenFor(share: number): void {
    // The area of those that are missing, and some overlap: samples are less even than the grid of a photo (PSNR of a sample against
    // all, over shares from 0.06 to 0.7, is best between 1.1 and 1.3).
    this.widening.value = Math.min(mostWidening, (1.3 - 0.3 * share) / Math.sqrt(share));
    this.mesh.updateVersion();
  }
}

function modifierFor(
  mesh: SplatMesh,
  widening: InstanceType<Dyno['DynoFloat']>,
  hidesBacks: InstanceType<Dyno['DynoBool']>,
  front: Front,
  { Dyno, dynoBlock, Gsplat }: Dyno,
): NonNullable<SplatMesh['objectModifiers']>[number] {
  const eye = mesh.context.viewToObject.translate;
  return dynoBlock({ gsplat: Gsplat }, { gsplat: Gsplat }, ({ gsplat }) => {
    if (!gsplat) throw new TypeError('Spark gave no splat to change.');
    return new Dyno({
      inTypes: { gsplat: Gsplat, eye: 'vec3', widening: 'float', hidesBacks: 'bool' },
      outTypes: { gsplat: Gsplat },
      inputs: { gsplat, eye, widening, hidesBacks },
      statements: ({ inputs, outputs }) => [
        `${outputs.gsplat} = ${inputs.gsplat};`,
        '{',
        `  bool isDisc = ${inputs.gsplat}.scales.z < 0.6 * ${inputs.gsplat}.scales.y;`,
        `  vec3 front = quatVec(${inputs.gsplat}.quaternion, vec3(0.0, 0.0, 1.0));`,
        front === 'towards-origin'
          ? `  if (dot(front, ${inputs.gsplat}.center) > 0.0) front = -front;`
          : '  front = -front;',
        `  vec3 toEye = ${inputs.eye} - ${inputs.gsplat}.center;`,
        `  if (${inputs.hidesBacks} && isDisc && dot(front, toEye) < -0.1 * length(toEye)) ${outputs.gsplat}.rgba.a = 0.0;`,
        `  ${outputs.gsplat}.scales *= isDisc ? vec3(${inputs.widening}, ${inputs.widening}, 1.0) : vec3(${inputs.widening});`,
        '}',
      ],
    }).outputs;
  });
}
