// The hand-written gradients of the splat optimiser agree with what happens when a number is really changed.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { backProject } from '../../../../../models/geometry/splat-optimisation/back-project.ts';
import { Blend } from '../../../../../models/geometry/splat-optimisation/blend.ts';
import { Ellipses, gradientStride, projectSplats } from '../../../../../models/geometry/splat-optimisation/ellipses.ts';
import { PictureLoss } from '../../../../../models/geometry/splat-optimisation/picture-loss.ts';
import { at, stride } from '../../../../../models/geometry/splat-optimisation/splat-values.ts';
import type { ViewPose } from '../../../../../models/geometry/splat-optimisation/view.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import { matrixFromQuaternion, normalizedQuaternion } from '../../../../../projects/format/sim3.ts';

const camera = pinhole(24, 18, 26);
const background = [0.1, 0.2, 0.3];
const pose: ViewPose = {
  rotation: matrixFromQuaternion(normalizedQuaternion([0.1, -0.2, 0.05, 1])),
  translation: [0.1, -0.1, 0.3],
};
const names = ['mean x', 'mean y', 'mean z', 'log scale 1', 'log scale 2', 'log scale 3']
  .concat(['quaternion x', 'quaternion y', 'quaternion z', 'quaternion w', 'red', 'green', 'blue', 'opacity'])
  .entries();

/** Splats so large that each shows at every pixel: where one ends, its picture has a small step that no gradient tells. */
function largeSplats(count: number): Float32Array {
  const random = seededRandom(5);
  const values = new Float32Array(stride * count);
  for (let i = 0; i < count; i++) {
    const o = stride * i;
    values.set([random.normal() * 0.6, random.normal() * 0.5, 4 + random.normal() * 0.4], o + at.mean);
    for (let k = 0; k < 3; k++) {
      values[o + at.logScale + k] = 0.75 + 0.3 * random.normal();
      values[o + at.color + k] = random.next();
    }
    for (let k = 0; k < 4; k++) values[o + at.rotation + k] = random.normal();
    values[o + at.opacity] = random.normal();
  }
  return values;
}

const splats = 5;
const values = largeSplats(splats);
const weights = ((): Float32Array => {
  const random = seededRandom(9);
  return Float32Array.from({ length: 3 * 24 * 18 }, () => random.normal());
})();
const ellipses = new Ellipses(splats);
const blend = new Blend(24, 18);

/** A weighted sum over the picture. */
function weighed(changed: Float32Array): number {
  projectSplats(changed, splats, pose, camera, ellipses);
  blend.draw(ellipses);
  let sum = 0;
  for (let p = 0, i = 0; i < weights.length; p += 4, i += 3)
    for (let k = 0; k < 3; k++) sum += weights[i + k] * (blend.pixels[p + 1 + k] + blend.pixels[p] * background[k]);
  return sum;
}

function gradients(): Float32Array {
  weighed(values);
  const ofEllipses = new Float32Array(gradientStride * splats);
  blend.backward(ellipses, weights, background, ofEllipses);
  const gradient = new Float32Array(values.length);
  backProject(values, pose, camera, ellipses, ofEllipses, gradient);
  return gradient;
}

describe('a drawn picture', () => {
  const analytic = gradients();
  const largest = Math.max(...analytic.map(Math.abs));

  test.each([...names])('changes with %i, %s, of every splat as its gradient says', (k) => {
    for (let i = 0; i < splats; i++) {
      const differences = [1, -1].map((sign) => {
        const changed = values.slice();
        changed[stride * i + k] += sign * 4e-3;
        return weighed(changed) / (changed[stride * i + k] - values[stride * i + k]);
      });
      const numeric = (differences[0] + differences[1]) / 2;
      // Pixels have 24 bits: the difference quotient is good to a thousandth of the largest gradient.
      expect(Math.abs(numeric - analytic[stride * i + k])).toBeLessThan(0.002 * largest + 0.005 * Math.abs(numeric));
    }
  });

  test('has a gradient to check in every number', () => {
    for (let k = 0; k < stride; k++)
      expect(Math.max(...[0, 1, 2, 3, 4].map((i) => Math.abs(analytic[stride * i + k])))).toBeGreaterThan(
        0.01 * largest,
      );
  });
});

test('the loss of a picture changes with its pixels as its gradient says, and not with pixels that do not count', () => {
  const random = seededRandom(3);
  const [width, height] = [20, 16];
  const picture = Float32Array.from({ length: 3 * width * height }, () => random.next());
  const target = {
    rgb: Uint8Array.from(picture, (value) => Math.round(255 * Math.min(1, Math.max(0, value + 0.3 * random.normal())))),
    counted: Uint8Array.from({ length: width * height }, (_, i) => (i % width < 15 ? 1 : 0)),
  };
  const loss = new PictureLoss(width, height);
  const gradient = new Float32Array(picture.length);
  const { ssim, squaredError } = loss.measure(picture, target, gradient);
  expect(ssim).toBeGreaterThan(0.2);
  expect(ssim).toBeLessThan(0.95);
  expect(squaredError).toBeGreaterThan(0.01);
  const largest = Math.max(...gradient.map(Math.abs));
  const unused = new Float32Array(picture.length);
  for (let i = 0; i < picture.length; i += 7) {
    const before = picture[i];
    // L1 has a kink where a pixel is right.
    if (Math.abs(before - target.rgb[i] / 255) < 0.01) continue;
    const [up, down] = [0.004, -0.004].map((by) => {
      picture[i] = before + by;
      return loss.measure(picture, target, unused).loss;
    });
    picture[i] = before;
    expect(Math.abs((up - down) / 0.008 - gradient[i])).toBeLessThan(0.01 * largest);
  }
  expect(loss.measure(picture, { ...target, counted: new Uint8Array(width * height) }, unused).loss).toBe(0);
  expect(Math.max(...unused.map(Math.abs))).toBe(0);
});
