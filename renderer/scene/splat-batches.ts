// Many splats an instance instead of one: a draw of a million instances of four corners each leaves most of a GPU idle, and software
// rendering walks through instances one by one (measured: 1.1 s of processor time a frame of 71,000 splats, whatever its size).

import type { SparkRenderer } from '@sparkjsdev/spark';
import { BufferAttribute, InstancedBufferGeometry, type IUniform, type ShaderMaterial } from 'three';

const splatsPerInstance = 256;
const corners = [-1, -1, 1, -1, 1, 1, -1, 1] as const;

/** Spark's quad repeated. Spark sets how many splats there are as the count of instances: that is translated here. */
class BatchGeometry extends InstancedBufferGeometry {
  readonly splats: IUniform<number>;

  constructor(splats: IUniform<number>) {
    super();
    this.splats = splats;
    const positions = new Float32Array(splatsPerInstance * 12);
    const indices = new Uint16Array(splatsPerInstance * 6);
    for (let splat = 0; splat < splatsPerInstance; splat++) {
      for (let corner = 0; corner < 4; corner++)
        positions.set([corners[2 * corner], corners[2 * corner + 1], 0], 12 * splat + 3 * corner);
      indices.set(
        [0, 1, 2, 0, 2, 3].map((corner) => 4 * splat + corner),
        6 * splat,
      );
    }
    this.setAttribute('position', new BufferAttribute(positions, 3));
    this.setIndex(new BufferAttribute(indices, 1));
    let instances = 0;
    Object.defineProperty(this, 'instanceCount', {
      get: () => instances,
      set: (count: number) => {
        splats.value = count;
        instances = Math.ceil(count / splatsPerInstance);
      },
    });
  }
}

/** The slot of a splat in the order of drawing, from the instance and the corner; slots behind the last splat draw nothing. */
const slotInShader = `void main() {
    int splatSlot = gl_InstanceID * ${splatsPerInstance} + (gl_VertexID >> 2);
    if (splatSlot >= splatCount) {
        gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
        return;
    }`;

/** @returns the shader with many splats an instance; null when it is not the one this was written for */
export function batchedShader(vertexShader: string): string | null {
  const parts = vertexShader.split('void main() {');
  if (parts.length !== 2 || !parts[1].includes('gl_InstanceID')) return null;
  return `${parts[0]}uniform int splatCount;\n${slotInShader}${parts[1].replaceAll('gl_InstanceID', 'splatSlot')}`;
}

/** Makes a renderer draw in batches; another version of Spark, whose shader is not known here, is left as it is. */
export function drawInBatches(renderer: SparkRenderer): void {
  const material = renderer.material as ShaderMaterial;
  const vertexShader = batchedShader(material.vertexShader);
  if (vertexShader === null) return;
  const splatCount = { value: 0 };
  material.vertexShader = vertexShader;
  material.uniforms.splatCount = splatCount;
  renderer.geometry.dispose();
  renderer.geometry = new BatchGeometry(splatCount);
}
