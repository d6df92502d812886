// The floor: a grid that fades with distance, drawn at the height where the points say that the ground is.

import { Color, DoubleSide, GLSL3, Mesh, PlaneGeometry, ShaderMaterial } from 'three';

const vertexShader = /* glsl */ `
out vec2 vPlace;
uniform float uExtent;
void main() {
  vPlace = position.xy * uExtent;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

const fragmentShader = /* glsl */ `
precision highp float;
in vec2 vPlace;
uniform float uStep, uExtent;
uniform vec3 uColor;
out vec4 outColor;
float lines(float every) {
  vec2 cell = vPlace / every;
  vec2 width = fwidth(cell);
  vec2 off = abs(fract(cell - 0.5) - 0.5) / max(width, vec2(1e-6));
  // Where cells are finer than pixels the lines give way instead of flickering.
  float thin = 1.0 - smoothstep(0.25, 0.6, max(width.x, width.y));
  return (1.0 - min(min(off.x, off.y), 1.0)) * thin;
}
void main() {
  float fade = 1.0 - smoothstep(0.25, 1.0, length(vPlace) / uExtent);
  float alpha = max(lines(uStep) * 0.28, lines(uStep * 5.0) * 0.5) * fade;
  if (alpha < 0.004) discard;
  outColor = vec4(uColor, alpha);
}`;

export class GroundLayer {
  readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      uniforms: { uStep: { value: 1 }, uExtent: { value: 10 }, uColor: { value: new Color() } },
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
    });
    this.mesh = new Mesh(new PlaneGeometry(2, 2), material);
    this.mesh.rotation.x = -Math.PI / 2;
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
  }

  /** @param centre display x and z of the scene @param radius of the scene in display units */
  place(centre: readonly [number, number], height: number, radius: number): void {
    const extent = radius * 3;
    const step = niceStep(radius / 5);
    // Lines stay at round places of the world, wherever the scene is.
    this.mesh.position.set(Math.round(centre[0] / step) * step, height, Math.round(centre[1] / step) * step);
    this.mesh.scale.setScalar(extent);
    this.mesh.material.uniforms.uExtent.value = extent;
    this.mesh.material.uniforms.uStep.value = step;
  }

  setColor(color: string): void {
    (this.mesh.material.uniforms.uColor.value as Color).setStyle(color, '');
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

/** The largest of 1, 2, 5 × 10ⁿ that is not above the value. */
export function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  const lead = value / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}
