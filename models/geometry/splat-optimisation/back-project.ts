// From gradients of the ellipses of a picture to gradients of the splats, written out by hand: the way back of `projectSplats`.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { ellipseStride, gradientStride, type Ellipses } from './ellipses.ts';
import { stride } from './splat-values.ts';
import type { ViewPose } from './view.ts';

/**
 * Adds the gradients of splats to `gradients`.
 * @param ellipseGradients count × `gradientStride`, in the order of `ellipses.shapes`
 * @param gradients as `values`
 */
export function backProject(
  values: Float32Array,
  pose: ViewPose,
  camera: Intrinsics,
  ellipses: Ellipses,
  ellipseGradients: Float32Array,
  gradients: Float32Array,
): void {
  const [w0, w1, w2, w3, w4, w5, w6, w7, w8] = Array.from(pose.rotation);
  const [tx, ty, tz] = Array.from(pose.translation);
  const { fxPx, fyPx } = camera;
  const { count, shapes, splatIdx } = ellipses;
  // Sums of the three axes' terms: gradients of the rows of P, and of the rotation matrix column by column.
  for (let n = 0; n < count; n++) {
    const g = gradientStride * n;
    const gx = ellipseGradients[g];
    const gy = ellipseGradients[g + 1];
    const ga = ellipseGradients[g + 2];
    const gb = ellipseGradients[g + 3];
    const gc = ellipseGradients[g + 4];
    const o = stride * splatIdx[n];
    gradients[o + 10] += ellipseGradients[g + 6];
    gradients[o + 11] += ellipseGradients[g + 7];
    gradients[o + 12] += ellipseGradients[g + 8];
    gradients[o + 13] += ellipseGradients[g + 5];
    if (gx === 0 && gy === 0 && ga === 0) continue;
    const e = ellipseStride * n;
    const a = shapes[e + 2];
    const b = shapes[e + 3];
    const c = shapes[e + 4];
    // d(inverse) = −inverse · d(covariance) · inverse, and b stands for both entries beside the diagonal.
    const gxx = -(a * a * ga + a * b * gb + b * b * gc);
    const gxy = -(2 * a * b * ga + (a * c + b * b) * gb + 2 * b * c * gc);
    const gyy = -(b * b * ga + b * c * gb + c * c * gc);
    const mx = values[o];
    const my = values[o + 1];
    const mz = values[o + 2];
    const x = w0 * mx + w1 * my + w2 * mz + tx;
    const y = w3 * mx + w4 * my + w5 * mz + ty;
    const z = w6 * mx + w7 * my + w8 * mz + tz;
    const u = x / z;
    const v = y / z;
    const jx = fxPx / z;
    const jy = fyPx / z;
    const hx0 = w0 - u * w6;
    const hx1 = w1 - u * w7;
    const hx2 = w2 - u * w8;
    const hy0 = w3 - v * w6;
    const hy1 = w4 - v * w7;
    const hy2 = w5 - v * w8;
    let qx = values[o + 6];
    let qy = values[o + 7];
    let qz = values[o + 8];
    let qw = values[o + 9];
    const unit = 1 / Math.sqrt(qx * qx + qy * qy + qz * qz + qw * qw);
    qx *= unit;
    qy *= unit;
    qz *= unit;
    qw *= unit;
    let gpx0 = 0;
    let gpx1 = 0;
    let gpx2 = 0;
    let gpy0 = 0;
    let gpy1 = 0;
    let gpy2 = 0;
    let gqx = 0;
    let gqy = 0;
    let gqz = 0;
    let gqw = 0;
    for (let k = 0; k < 3; k++) {
      const s = Math.exp(values[o + 3 + k]);
      let rx = 0;
      let ry = 0;
      let rz = 0;
      if (k === 0) {
        rx = 1 - 2 * (qy * qy + qz * qz);
        ry = 2 * (qx * qy + qz * qw);
        rz = 2 * (qx * qz - qy * qw);
      } else if (k === 1) {
        rx = 2 * (qx * qy - qz * qw);
        ry = 1 - 2 * (qx * qx + qz * qz);
        rz = 2 * (qy * qz + qx * qw);
      } else {
        rx = 2 * (qx * qz + qy * qw);
        ry = 2 * (qy * qz - qx * qw);
        rz = 1 - 2 * (qx * qx + qy * qy);
      }
      const ax = s * jx * (hx0 * rx + hx1 * ry + hx2 * rz);
      const ay = s * jy * (hy0 * rx + hy1 * ry + hy2 * rz);
      const gax = 2 * gxx * ax + gxy * ay;
      const gay = gxy * ax + 2 * gyy * ay;
      gradients[o + 3 + k] += gax * ax + gay * ay;
      gpx0 += gax * s * rx;
      gpx1 += gax * s * ry;
      gpx2 += gax * s * rz;
      gpy0 += gay * s * rx;
      gpy1 += gay * s * ry;
      gpy2 += gay * s * rz;
      const grx = s * (jx * hx0 * gax + jy * hy0 * gay);
      const gry = s * (jx * hx1 * gax + jy * hy1 * gay);
      const grz = s * (jx * hx2 * gax + jy * hy2 * gay);
      if (k === 0) {
        gqx += 2 * (qy * gry + qz * grz);
        gqy += 2 * (-2 * qy * grx + qx * gry - qw * grz);
        gqz += 2 * (-2 * qz * grx + qw * gry + qx * grz);
        gqw += 2 * (qz * gry - qy * grz);
      } else if (k === 1) {
        gqx += 2 * (qy * grx - 2 * qx * gry + qw * grz);
        gqy += 2 * (qx * grx + qz * grz);
        gqz += 2 * (-qw * grx - 2 * qz * gry + qy * grz);
        gqw += 2 * (-qz * grx + qx * grz);
      } else {
        gqx += 2 * (qz * grx - qw * gry - 2 * qx * grz);
        gqy += 2 * (qw * grx + qz * gry - 2 * qy * grz);
        gqz += 2 * (qx * grx + qy * gry);
        gqw += 2 * (qy * grx - qx * gry);
      }
    }
    // Only what turns the quaternion counts, not what lengthens it.
    const along = gqx * qx + gqy * qy + gqz * qz + gqw * qw;
    gradients[o + 6] += unit * (gqx - along * qx);
    gradients[o + 7] += unit * (gqy - along * qy);
    gradients[o + 8] += unit * (gqz - along * qz);
    gradients[o + 9] += unit * (gqw - along * qw);
    // P = j · h; h turns with u, j shrinks with z.
    const gu = fxPx * gx - jx * (gpx0 * w6 + gpx1 * w7 + gpx2 * w8);
    const gv = fyPx * gy - jy * (gpy0 * w6 + gpy1 * w7 + gpy2 * w8);
    const gjx = gpx0 * hx0 + gpx1 * hx1 + gpx2 * hx2;
    const gjy = gpy0 * hy0 + gpy1 * hy1 + gpy2 * hy2;
    const cx = gu / z;
    const cy = gv / z;
    const cz = -(gu * u + gv * v + gjx * jx + gjy * jy) / z;
    gradients[o] += w0 * cx + w3 * cy + w6 * cz;
    gradients[o + 1] += w1 * cx + w4 * cy + w7 * cz;
    gradients[o + 2] += w2 * cx + w5 * cy + w8 * cz;
  }
}
