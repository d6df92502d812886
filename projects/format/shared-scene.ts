// What a shared page knows about its scene, besides the bytes of points or splats that lie beside it in the same file.

import type { Intrinsics } from './intrinsics.ts';
import type { Sim3, Vec3 } from './sim3.ts';

export interface SharedScene {
  name: string;
  /** How the bytes are to be read: SPZ version 3 for splats, binary PLY for points. */
  content: 'splats' | 'points';
  /** Unit vector. */
  upInWorld: Vec3;
  /** In input order; lengths as in the bytes. */
  cameras: readonly { name: string; worldFromCamera: Sim3; intrinsics: Intrinsics }[];
}

/** Elements of the page that carry the scene: JSON of a `SharedScene`, and the bytes in base64. */
export const sharedElementIds = { scene: 'scene', bytes: 'bytes' } as const;
