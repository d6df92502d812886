// The one place where our world meets three.js: a world of any up direction is turned so that up is +Y on display.

import { Matrix4, Quaternion, Vector3 } from 'three';
import { columnMajorMatrix, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';

/** Our camera axes are y down, z forward; three.js has y up, z backward: half a turn about x joins them. */
const threeFromOpenCv = new Quaternion(1, 0, 0, 0);

/** Rotation that shows a world with its up direction along +Y and turns it no more than that needs. */
export function displayFromWorld(upInWorld: Vec3): Quaternion {
  const up = new Vector3(...upInWorld).applyQuaternion(threeFromOpenCv).normalize();
  return new Quaternion().setFromUnitVectors(up, new Vector3(0, 1, 0)).multiply(threeFromOpenCv);
}

export function matrixOf(targetFromSource: Sim3, into = new Matrix4()): Matrix4 {
  return into.fromArray(columnMajorMatrix(targetFromSource));
}

/** Orientation of a three.js camera that looks along our camera's +z with our −y up. */
export function lookRotation(displayFromCamera: Quaternion): Quaternion {
  return displayFromCamera.clone().multiply(threeFromOpenCv);
}

export const toVec3 = (v: Vector3): Vec3 => [v.x, v.y, v.z];
