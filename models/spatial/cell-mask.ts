// A mask on a grid of cells: closing, holes, pieces and the outline.

export interface CellMask {
  columns: number;
  rows: number;
  /** 1 where the mask is, row by row. */
  cells: Uint8Array;
}

/** Cells within `reach` cells (Chebyshev) of a set cell. */
export function dilated({ columns, rows, cells }: CellMask, reach: number): CellMask {
  const across = new Uint8Array(cells.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++)
        if (cells[row * columns + c]) across[row * columns + column] = 1;
  const both = new Uint8Array(cells.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++)
        if (across[r * columns + column]) both[row * columns + column] = 1;
  return { columns, rows, cells: both };
}

const inverted = (mask: CellMask): CellMask => ({ ...mask, cells: mask.cells.map((cell) => 1 - cell) });

/** Cells all of whose neighbours within `reach` are set; beyond the border nothing counts against a cell. */
export const eroded = (mask: CellMask, reach: number): CellMask => inverted(dilated(inverted(mask), reach));

/** Gaps of up to twice the reach are closed, and what is closed in is filled. The mask keeps `reach` cells from the border. */
export function closed(mask: CellMask, reach: number): CellMask {
  const grown = eroded(dilated(mask, reach), reach);
  const outside = floodFrom(inverted(grown), borderCells(grown));
  return { ...grown, cells: outside.map((cell) => 1 - cell) };
}

/** The piece (4 neighbours) whose cells carry the most weight. */
export function heaviestPiece(mask: CellMask, weight: ArrayLike<number>): CellMask {
  const left = mask.cells.slice();
  let best = { weight: -1, cells: new Uint8Array(left.length) };
  for (let at = 0; at < left.length; at++) {
    if (!left[at]) continue;
    const piece = floodFrom({ ...mask, cells: left }, [at]);
    let sum = 0;
    for (let i = at; i < piece.length; i++)
      if (piece[i]) {
        left[i] = 0;
        sum += weight[i];
      }
    if (sum > best.weight) best = { weight: sum, cells: piece };
  }
  return { ...mask, cells: best.cells };
}

function borderCells({ columns, rows }: CellMask): number[] {
  const cells: number[] = [];
  for (let column = 0; column < columns; column++) cells.push(column, (rows - 1) * columns + column);
  for (let row = 0; row < rows; row++) cells.push(row * columns, row * columns + columns - 1);
  return cells;
}

/** Set cells that hang together with the seeds. */
function floodFrom({ columns, cells }: CellMask, seeds: readonly number[]): Uint8Array<ArrayBuffer> {
  const reached = new Uint8Array(cells.length);
  const open = seeds.filter((at) => cells[at] === 1);
  for (const at of open) reached[at] = 1;
  while (open.length > 0) {
    const at = open.pop() as number;
    const column = at % columns;
    for (const next of [column > 0 ? at - 1 : -1, column < columns - 1 ? at + 1 : -1, at - columns, at + columns])
      if (next >= 0 && next < cells.length && cells[next] === 1 && reached[next] === 0) {
        reached[next] = 1;
        open.push(next);
      }
  }
  return reached;
}

/** The outer border of a mask of one piece, as corners of cells, counter-clockwise with rows counted upwards. Empty for an empty mask. */
export function outlineOf({ columns, rows, cells }: CellMask): [number, number][] {
  const isSet = (column: number, row: number): boolean =>
    column >= 0 && row >= 0 && column < columns && row < rows && cells[row * columns + column] === 1;
  const start = cells.indexOf(1);
  if (start < 0) return [];
  // The lowest left cell: its lower edge is on the outer border. Walk with the mask on the left hand.
  const first: [number, number] = [start % columns, Math.floor(start / columns)];
  const outline: [number, number][] = [];
  let [x, y] = first;
  let [dx, dy] = [1, 0];
  do {
    outline.push([x, y]);
    x += dx;
    y += dy;
    // Cells ahead on the left and on the right of the corner.
    const [lx, ly] = [x + (dx - dy - 1) / 2, y + (dx + dy - 1) / 2];
    const [rx, ry] = [x + (dx + dy - 1) / 2, y + (dy - dx - 1) / 2];
    if (isSet(rx, ry) && isSet(lx, ly)) [dx, dy] = [dy, -dx];
    else if (!isSet(lx, ly)) [dx, dy] = [-dy, dx];
  } while (x !== first[0] || y !== first[1]);
  return outline;
}
