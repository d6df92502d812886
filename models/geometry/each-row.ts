// A picture row by row, each in a call of its own.

/**
 * V8 compiles a function well once it has been called a few times. A function that holds the loops over a whole picture is called once: its
 * inner loop is compiled while it runs, and left again at the end of every row for slow code. In the first photos of a run that costs
 * more than the work itself.
 */
export function eachRow(heightPx: number, work: (row: number) => void): void {
  for (let row = 0; row < heightPx; row++) work(row);
}
