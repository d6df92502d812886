// Left and right, front and back of one who stands somewhere and faces something: angles on the level plane.

import { cross, dot, length, scaled, subtract, type Vec3 } from '../../projects/format/sim3.ts';

/**
 * Angle by which one must turn to the left to face the thing, −180…180 degrees; the right is negative.
 * @param up unit vector @returns null when the standing place is above or below what it faces or the thing
 */
export function turnDeg(at: Vec3, facing: Vec3, thing: Vec3, up: Vec3): number | null {
  const ahead = level(subtract(facing, at), up);
  const towards = level(subtract(thing, at), up);
  const shortest = 1e-6 * (1 + length(subtract(facing, at)) + length(subtract(thing, at)));
  if (length(ahead) < shortest || length(towards) < shortest) return null;
  return (Math.atan2(dot(cross(ahead, towards), up), dot(ahead, towards)) * 180) / Math.PI;
}

const level = (v: Vec3, up: Vec3): Vec3 => subtract(v, scaled(up, dot(v, up)));

/** Left or right. */
export const sideOf = (turn: number): string => (turn >= 0 ? 'left' : 'right');

/** Left, right, or back, which begins at a turn of 135 degrees. */
export const sideOrBack = (turn: number): string => (Math.abs(turn) >= 135 ? 'back' : sideOf(turn));

/** The quadrant: front-left, front-right, back-left, back-right. */
export const quadrantOf = (turn: number): string => `${Math.abs(turn) < 90 ? 'front' : 'back'}-${sideOf(turn)}`;

/** What one does at a way-point: straight on below 45 degrees, back from 135 on. */
export function turnName(turn: number): string {
  if (Math.abs(turn) < 45) return 'go straight on';
  return Math.abs(turn) >= 135 ? 'turn back' : `turn ${sideOf(turn)}`;
}

/** Degrees to the nearest border between two answers: how far from a close call it is. */
export function marginDeg(turn: number, borders: readonly number[]): number {
  return Math.min(
    ...borders.flatMap((border) => [border, -border].map((b) => Math.abs(((turn - b + 540) % 360) - 180))),
  );
}
