// A value that is known here and there, carried over the picture and not from one layer to another.

import { expect, test } from 'vitest';
import { BilateralGrid, type GridCells } from '../../../../../models/geometry/dense/bilateral-grid.ts';

const cells: GridCells = { widthPx: 60, heightPx: 40, acrossPx: 5, first: 0, last: 4, along: 0.5 };

test('between known places the value is a mean of them, and the spread says how much they differ', () => {
  const grid = new BilateralGrid(cells);
  for (let row = 10; row < 30; row++) {
    for (let column = 10; column < 20; column++) grid.add(column, row, 2, 1);
    for (let column = 30; column < 40; column++) grid.add(column, row, 2, 3);
  }
  grid.blur();
  const inside = grid.at(14, 20, 2);
  expect(inside.mean).toBeCloseTo(1, 2);
  expect(inside.spread).toBeLessThan(0.1);
  const between = grid.at(24, 20, 2);
  expect(between.mean).toBeGreaterThan(1.5);
  expect(between.mean).toBeLessThan(2.5);
  expect(between.spread).toBeGreaterThan(0.9);
});

test('what is known in one layer is not known in another that lies three cells off', () => {
  const grid = new BilateralGrid(cells);
  for (let row = 0; row < 40; row++) for (let column = 0; column < 60; column++) grid.add(column, row, 1, 7);
  grid.blur();
  expect(grid.at(30, 20, 1).mean).toBeCloseTo(7, 5);
  // A whole layer of one: the blur along the layers leaves three eighths of it.
  expect(grid.at(30, 20, 1).known).toBeCloseTo(0.375, 1);
  expect(grid.at(30, 20, 3).known).toBe(0);
});

test('what lies outside of the layers counts as on their border', () => {
  const grid = new BilateralGrid(cells);
  for (let row = 0; row < 40; row++) for (let column = 0; column < 60; column++) grid.add(column, row, 9, 2);
  grid.blur();
  expect(grid.at(59, 39, 4).mean).toBeCloseTo(2, 5);
  expect(grid.at(0, 0, 50).known).toBe(grid.at(0, 0, 4).known);
});
