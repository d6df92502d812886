// Splats seen from behind disappear: from outside one looks into a room instead of at the backs of its walls.

import type { dyno, SplatMesh } from '@sparkjsdev/spark';

/** Spark's language of shaders; Spark itself is loaded when it is needed. */
type Dyno = typeof dyno;

/**
 * Which side of a disc its photo saw: the one towards the origin where the mesh is in the axes of that photo's camera, or the one that its
 * own z points away from, as in the SPZ files of our exports.
 */
export type Front = 'towards-origin' | 'against-own-z';

/**
 * Makes a mesh hide discs that turn their back to the eye. A disc's thin axis is its own z, its front is the side that its photo saw. Balls
 * (splats without a known normal) have no back.
 */
export function hideBacks(mesh: SplatMesh, hide: boolean, language: Dyno, front: Front = 'towards-origin'): void {
  mesh.enableViewToObject = hide;
  mesh.objectModifiers = hide ? [modifierFor(mesh, language, front)] : undefined;
  mesh.updateGenerator();
}

function modifierFor(
  mesh: SplatMesh,
  { Dyno, dynoBlock, Gsplat }: Dyno,
  front: Front,
): NonNullable<SplatMesh['objectModifiers']>[number] {
  const eye = mesh.context.viewToObject.translate;
  return dynoBlock({ gsplat: Gsplat }, { gsplat: Gsplat }, ({ gsplat }) => {
    if (!gsplat) throw new TypeError('Spark gave no splat to change.');
    return new Dyno({
      inTypes: { gsplat: Gsplat, eye: 'vec3' },
      outTypes: { gsplat: Gsplat },
      inputs: { gsplat, eye },
      statements: ({ inputs, outputs }) => [
        `${outputs.gsplat} = ${inputs.gsplat};`,
        '{',
        `  vec3 front = quatVec(${inputs.gsplat}.quaternion, vec3(0.0, 0.0, 1.0));`,
        front === 'towards-origin'
          ? `  if (dot(front, ${inputs.gsplat}.center) > 0.0) front = -front;`
          : '  front = -front;',
        `  vec3 toEye = ${inputs.eye} - ${inputs.gsplat}.center;`,
        `  bool isDisc = ${inputs.gsplat}.scales.z < 0.6 * ${inputs.gsplat}.scales.y;`,
        `  if (isDisc && dot(front, toEye) < -0.1 * length(toEye)) ${outputs.gsplat}.rgba.a = 0.0;`,
        '}',
      ],
    }).outputs;
  });
}
