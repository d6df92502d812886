// Colours that stand for numbers: seven stops from low to high, shared by the shader and the legend. Made by eye for even lightness.

import type { ColourMode } from './view.svelte.ts';

/** sRGB 0…1. */
export type Stop = readonly [number, number, number];

const fromHex = (hex: string): Stop =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Stop;
const scale = (...hexes: string[]): readonly Stop[] => hexes.map(fromHex);

const trust = scale('#5a1f3d', '#9c3b4c', '#d6704a', '#efb054', '#d9d66c', '#8fd08b', '#3fbfa6');
const order = scale('#4a63d8', '#3f93dd', '#3fbcc4', '#6fcf8b', '#c6cf5a', '#efa94b', '#e4694d');
const far = scale('#f4e6a2', '#f0b267', '#dd7560', '#b34d78', '#7c3f8c', '#4b3a88', '#26335f');
const high = scale('#26406b', '#2f6b8a', '#3c9690', '#6bbd83', '#b5d47e', '#ecdf9a', '#fbf3d9');
const wrong = scale('#31516f', '#3f8083', '#7fae72', '#d9c75c', '#ee9a4a', '#e25d4a', '#c22f5e');
const still = scale('#5f7f86', '#5f7f86', '#5f7f86', '#5f7f86', '#5f7f86', '#5f7f86', '#f2b84b');
const plain = scale('#ffffff', '#ffffff', '#ffffff', '#ffffff', '#ffffff', '#ffffff', '#ffffff');

export const rampOf: Readonly<Record<ColourMode, readonly Stop[]>> = {
  photo: plain,
  confidence: trust,
  frame: order,
  depth: far,
  height: high,
  normal: plain,
  error: wrong,
  moving: still,
};

export const cssColour = ([r, g, b]: Stop): string => `rgb(${[r, g, b].map((c) => Math.round(c * 255)).join(' ')})`;

/** A ramp as CSS gradient, low on the left. */
export const cssGradient = (ramp: readonly Stop[]): string =>
  `linear-gradient(90deg, ${ramp.map(cssColour).join(', ')})`;
