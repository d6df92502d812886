// From the bytes in a shared page to something three.js draws: splats by Spark, points by three's own loader.

import { dyno, SparkRenderer, SplatFileType, SplatMesh } from '@sparkjsdev/spark';
import { Points, PointsMaterial, Quaternion, Vector3, type Object3D, type WebGLRenderer } from 'three';
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js';
import { SplatShading } from '../scene/splat-shading.ts';

export interface SharedContent {
  /** In world axes. */
  object: Object3D;
  /** Belongs at the top of the scene, if anything does. */
  top: Object3D | null;
  /** Centres in the object's axes and a zero, four numbers each: a fair sample. */
  sample: Float32Array;
  count: number;
}

/** SPZ keeps right, up, back axes: half a turn about x from ours. */
const worldFromSpz = new Quaternion(1, 0, 0, 0);

const mostSamples = 6_000;

export async function splatContent(
  bytes: Uint8Array,
  renderer: WebGLRenderer,
  onDirty: () => void,
): Promise<SharedContent> {
  const mesh = new SplatMesh({ fileBytes: bytes, fileType: SplatFileType.SPZ });
  await mesh.initialized;
  new SplatShading(mesh, dyno, 'against-own-z').hideBacks(true);
  mesh.quaternion.copy(worldFromSpz);
  const count = mesh.numSplats;
  const every = Math.max(1, Math.floor(count / mostSamples));
  const sample = new Float32Array(4 * Math.ceil(count / every));
  mesh.forEachSplat((idx, { x, y, z }) => {
    if (idx % every === 0) sample.set([x, y, z, 0], 4 * (idx / every));
  });
  return { object: mesh, top: new SparkRenderer({ renderer, onDirty }), sample, count };
}

export function pointContent(bytes: Uint8Array<ArrayBuffer>): SharedContent {
  const geometry = new PLYLoader().parse(bytes.buffer);
  const positions = geometry.getAttribute('position');
  const { count } = positions;
  const every = Math.max(1, Math.floor(count / mostSamples));
  const sample = new Float32Array(4 * Math.ceil(count / every));
  const place = new Vector3();
  for (let i = 0; i < count; i += every) place.fromBufferAttribute(positions, i).toArray(sample, 4 * (i / every));
  const size = spacing(sample, count);
  const material = new PointsMaterial({ vertexColors: true, size, sizeAttenuation: true });
  return { object: new Points(geometry, material), top: null, sample, count };
}

/** About the distance between neighbours on surfaces as wide as the middle eight tenths of the sample. */
function spacing(sample: Float32Array, count: number): number {
  const wide = [0, 1, 2].map((axis) => {
    const values = sample.filter((_, i) => i % 4 === axis).sort();
    return values[Math.floor(0.9 * (values.length - 1))] - values[Math.floor(0.1 * (values.length - 1))];
  });
  const [, middle, widest] = wide.sort((a, b) => a - b);
  return Math.sqrt((4 * widest * middle) / Math.max(1, count)) || 0.01;
}
