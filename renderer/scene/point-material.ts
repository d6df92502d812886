// The shader of points: size from the pixel that made them, filters and deletions without touching data, colours by mode.

import { GLSL3, Matrix3, ShaderMaterial, Vector2, Vector3, type DataTexture, type IUniform } from 'three';
import { packBoxes } from './deletion-texture.ts';
import { noNormal } from './packed-points.ts';
import { rowsWidthLog2, textureOf } from './row-textures.ts';
import { leastFacing } from './splat-shading.ts';

const rampStops = 7;

/** Where the colour of a point comes from; the order is the number the shader knows. */
export const colourSources = ['photo', 'confidence', 'frame', 'depth', 'height', 'normal', 'error', 'moving'] as const;
export type ColourSource = (typeof colourSources)[number];

const vertexShader = /* glsl */ `
in vec4 color;
in vec4 extra;
uniform float uMinConfidence, uPixelsPerUnit, uSizeFactor, uFootprint, uSpread, uFrameShare, uMostPx, uInferred, uBacks, uTinted;
uniform int uSource, uBoxFrom, uBoxCount, uFirstRow, uGoneCount, uChosenCount;
uniform vec3 uChosenColor;
uniform vec2 uRange;
uniform vec3 uRamp[${rampStops}];
uniform mat3 uDisplayFromCamera;
uniform highp sampler2D uBoxes;
uniform highp usampler2D uGone, uChosen;
out vec3 vColor;
out float vDepth;
out float vRound;

vec3 ramp(float share) {
  float x = clamp(share, 0.0, 1.0) * ${(rampStops - 1).toFixed(1)};
  int i = int(min(x, ${(rampStops - 2).toFixed(1)}));
  return mix(uRamp[i], uRamp[i + 1], x - float(i));
}

vec3 normalOf(vec2 packed) {
  vec2 f = packed * 2.0 - 1.0;
  vec3 n = vec3(f, 1.0 - abs(f.x) - abs(f.y));
  float t = max(-n.z, 0.0);
  n.x += n.x >= 0.0 ? -t : t;
  n.y += n.y >= 0.0 ? -t : t;
  return normalize(n);
}

// A box is three texels: the rows of the matrix that takes it to the cube from -1 to 1.
bool isDeleted(vec3 p) {
  for (int i = 0; i < uBoxCount; i++) {
    int row = uBoxFrom + i;
    vec4 q = vec4(p, 1.0);
    vec3 inBox = vec3(dot(texelFetch(uBoxes, ivec2(0, row), 0), q), dot(texelFetch(uBoxes, ivec2(1, row), 0), q),
      dot(texelFetch(uBoxes, ivec2(2, row), 0), q));
    if (all(lessThanEqual(abs(inBox), vec3(1.0)))) return true;
  }
  return false;
}

// A bit a row of the chunk; a slice begins at its first row.
bool isIn(highp usampler2D rows, int count) {
  int row = uFirstRow + gl_VertexID;
  if (row >= count) return false;
  int at = row >> 3;
  uint bits = texelFetch(rows, ivec2(at & ${2 ** rowsWidthLog2 - 1}, at >> ${rowsWidthLog2}), 0).r;
  return ((bits >> uint(row & 7)) & 1u) != 0u;
}

void main() {
  int flags = int(extra.w * 255.0 + 0.5);
  bool inferred = (flags & 2) != 0;
  if (color.a < uMinConfidence || (inferred && uInferred < 0.5) || isIn(uGone, uGoneCount) || isDeleted(position)) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  vec4 display = modelMatrix * vec4(position, 1.0);
  // The back of a surface was never seen; hidden, one looks into a room from outside.
  vec3 sight = isOrthographic ? -vec3(viewMatrix[0][2], viewMatrix[1][2], viewMatrix[2][2]) : normalize(display.xyz - cameraPosition);
  // A point without a normal lies at the edge of a thing, smeared along its ray: shown to eyes that look about as its photo did.
  vec3 front = uDisplayFromCamera * ((flags & ${noNormal}) != 0 ? -normalize(position) : normalOf(extra.xy));
  float least = (flags & ${noNormal}) != 0 ? ${leastFacing.ball.toFixed(2)} : ${leastFacing.disc.toFixed(2)};
  if (uBacks < 0.5 && dot(front, -sight) < least) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  vec4 inView = viewMatrix * display;
  gl_Position = projectionMatrix * inView;
  vDepth = -inView.z;
  float unit = length(modelMatrix[0].xyz);
  float size = abs(position.z) * uFootprint * unit * uSpread * uPixelsPerUnit / gl_Position.w;
  // A little more than a grid cell: neighbours overlap and the surface closes.
  gl_PointSize = clamp(size * 1.3 * uSizeFactor, 1.0, uMostPx);
  vRound = gl_PointSize > 4.0 ? 1.0 : 0.0;
  if (uSource == 0) vColor = color.rgb;
  else if (uSource == 1) vColor = ramp(color.a);
  else if (uSource == 2) vColor = ramp(uFrameShare);
  else if (uSource == 3) vColor = ramp((position.z * unit - uRange.x) / (uRange.y - uRange.x));
  else if (uSource == 4) vColor = ramp((display.y - uRange.x) / (uRange.y - uRange.x));
  else if (uSource == 5) vColor = uDisplayFromCamera * normalOf(extra.xy) * 0.5 + 0.5;
  else if (uSource == 6) vColor = ramp(extra.z * extra.z + extra.z * 0.6);
  else vColor = (flags & 1) != 0 ? uRamp[${rampStops - 1}] : mix(vec3(dot(color.rgb, vec3(0.3, 0.59, 0.11))), uRamp[0], 0.35);
  if (inferred) vColor = mix(vColor, vec3(0.62, 0.5, 0.95), 0.7);
  float light = dot(vColor, vec3(0.3, 0.59, 0.11));
  if (uTinted > 0.5) vColor = mix(vColor, vec3(0.37, 0.82, 0.73) * (0.35 + 0.75 * light), 0.65);
  if (isIn(uChosen, uChosenCount)) vColor = mix(vColor, uChosenColor * (0.4 + 0.75 * dot(vColor, vec3(0.3, 0.59, 0.11))), 0.75);
}`;

const fragmentShader = /* glsl */ `
precision highp float;
in vec3 vColor;
in float vDepth;
in float vRound;
uniform float uPick;
out vec4 outColor;
void main() {
  vec2 c = gl_PointCoord * 2.0 - 1.0;
  if (vRound > 0.5 && dot(c, c) > 1.0) discard;
  outColor = uPick > 0.5 ? vec4(vDepth, 0.0, 0.0, 1.0) : vec4(vColor, 1.0);
}`;

export interface PointUniforms {
  uMinConfidence: IUniform<number>;
  uPixelsPerUnit: IUniform<number>;
  uSizeFactor: IUniform<number>;
  uFootprint: IUniform<number>;
  uSpread: IUniform<number>;
  uFrameShare: IUniform<number>;
  uMostPx: IUniform<number>;
  uInferred: IUniform<number>;
  uBacks: IUniform<number>;
  uTinted: IUniform<number>;
  uSource: IUniform<number>;
  uBoxFrom: IUniform<number>;
  uBoxCount: IUniform<number>;
  uFirstRow: IUniform<number>;
  uGoneCount: IUniform<number>;
  uGone: IUniform<DataTexture>;
  uChosenCount: IUniform<number>;
  uChosen: IUniform<DataTexture>;
  uChosenColor: IUniform<Vector3>;
  uRange: IUniform<Vector2>;
  uRamp: IUniform<Vector3[]>;
  uDisplayFromCamera: IUniform<Matrix3>;
  uBoxes: IUniform<DataTexture>;
  uPick: IUniform<number>;
}

/** One material for all points; the values of one frame are set before each draw. */
export function createPointMaterial(): { material: ShaderMaterial; uniforms: PointUniforms } {
  const uniforms: PointUniforms = {
    uMinConfidence: { value: 0 },
    uPixelsPerUnit: { value: 1 },
    uSizeFactor: { value: 1 },
    uFootprint: { value: 0.002 },
    uSpread: { value: 1 },
    uFrameShare: { value: 0 },
    uMostPx: { value: 24 },
    uInferred: { value: 1 },
    uBacks: { value: 0 },
    uTinted: { value: 0 },
    uSource: { value: 0 },
    uBoxFrom: { value: 0 },
    uBoxCount: { value: 0 },
    uFirstRow: { value: 0 },
    uGoneCount: { value: 0 },
    uGone: { value: textureOf(new Uint8Array(0)).texture },
    uChosenCount: { value: 0 },
    uChosen: { value: textureOf(new Uint8Array(0)).texture },
    uChosenColor: { value: new Vector3(1, 1, 1) },
    uRange: { value: new Vector2(0, 1) },
    uRamp: { value: Array.from({ length: rampStops }, () => new Vector3(1, 1, 1)) },
    uDisplayFromCamera: { value: new Matrix3() },
    uBoxes: { value: packBoxes(new Map()).texture },
    uPick: { value: 0 },
  };
  const material = new ShaderMaterial({
    glslVersion: GLSL3,
    vertexShader,
    fragmentShader,
    uniforms: uniforms as unknown as Record<string, IUniform>,
  });
  return { material, uniforms };
}
