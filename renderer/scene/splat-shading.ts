// What the shader does to every splat of a mesh: backs disappear, and a sample is widened so that the surface stays closed.

import type { dyno, SplatMesh } from '@sparkjsdev/spark';

/** Spark's language of shaders; Spark itself is loaded when it is needed. */
type Dyno = typeof dyno;

/**
 * Which side of a disc its photo saw: the one towards the origin where the mesh is in the axes of that photo's camera, or the one that its
 * own z points away from, as in the SPZ files of our exports.
 */
export type Front = 'towards-origin' | 'against-own-z';

/**
 * Cosine between front and eye from which on a splat is shown. Balls and points without a normal lie at the edges of things, where depth is
 * smeared along the ray of the photo: seen from 60° aside they are fringes, and other photos know better what is there.
 */
export const leastFacing = { disc: -0.1, ball: 0.5 };

const float = (value: number): string => value.toFixed(2);

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
   * axis is its own z, its front is the side that its photo saw. Balls (splats without a known normal, at the edges of things) are
   * shown to eyes that look about as the camera of their photo did, where that is known.
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
          ? `  front = isDisc ? (dot(front, ${inputs.gsplat}.center) > 0.0 ? -front : front) : -normalize(${inputs.gsplat}.center);`
          : '  front = -front;',
        `  vec3 toEye = ${inputs.eye} - ${inputs.gsplat}.center;`,
        `  float least = isDisc ? ${float(leastFacing.disc)} : ${float(front === 'towards-origin' ? leastFacing.ball : -2)};`,
        `  if (${inputs.hidesBacks} && dot(front, toEye) < least * length(toEye)) ${outputs.gsplat}.rgba.a = 0.0;`,
        `  ${outputs.gsplat}.scales *= isDisc ? vec3(${inputs.widening}, ${inputs.widening}, 1.0) : vec3(${inputs.widening});`,
        '}',
      ],
    }).outputs;
  });
}
