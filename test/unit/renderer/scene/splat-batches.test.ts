// Splats are drawn in batches: the shader of the Spark that is installed is the one the change was written for.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { inRepository } from '../../../../build/sources.ts';
import { batchedShader } from '../../../../renderer/scene/splat-batches.ts';

test('the slot of a splat comes from instance and corner, wherever the shader asked for the instance', async () => {
  const path = inRepository('node_modules', '@sparkjsdev', 'spark', 'dist', 'spark.module.js');
  const source = (await readFile(path, 'utf8')).match(/splatVertex_default = ("(?:[^"\\]|\\.)*")/)?.[1] ?? '""';
  const shader = JSON.parse(source) as string;
  expect(shader.match(/gl_InstanceID/g)?.length).toBeGreaterThan(1);
  const batched = batchedShader(shader)!;
  expect(batched.match(/gl_InstanceID/g)).toHaveLength(1);
  expect(batched).toContain('int splatSlot = gl_InstanceID * 256 + (gl_VertexID >> 2);');
  expect(batched.indexOf('uniform int splatCount;')).toBeLessThan(batched.indexOf('void main() {'));
});

test('a shader that is not known is left alone', () => {
  expect(batchedShader('void main() { gl_Position = vec4(0.0); }')).toBeNull();
});
