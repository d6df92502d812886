// A basis of the null space of a small wide matrix by Gauss-Jordan elimination with full pivoting.

/**
 * @param matrix rows × columns, row by row; destroyed
 * @returns (columns − rows) vectors of `columns` numbers, or null when the rows are dependent
 */
export function nullSpace(matrix: Float64Array, rows: number, columns: number): Float64Array[] | null {
  const order = new Int32Array(columns);
  for (let c = 0; c < columns; c++) order[c] = c;
  for (let k = 0; k < rows; k++) {
    let bestRow = k;
    let bestColumn = k;
    let best = 0;
    for (let r = k; r < rows; r++) {
      for (let c = k; c < columns; c++) {
        const value = Math.abs(matrix[r * columns + c]);
        if (value > best) {
          best = value;
          bestRow = r;
          bestColumn = c;
        }
      }
    }
    if (!(best > 1e-12)) return null;
    if (bestRow !== k) {
      for (let c = 0; c < columns; c++) swap(matrix, k * columns + c, bestRow * columns + c);
    }
    if (bestColumn !== k) {
      for (let r = 0; r < rows; r++) swap(matrix, r * columns + k, r * columns + bestColumn);
      [order[k], order[bestColumn]] = [order[bestColumn], order[k]];
    }
    const scale = 1 / matrix[k * columns + k];
    for (let c = k; c < columns; c++) matrix[k * columns + c] *= scale;
    for (let r = 0; r < rows; r++) {
      const factor = matrix[r * columns + k];
      if (r === k || factor === 0) continue;
      for (let c = k; c < columns; c++) matrix[r * columns + c] -= factor * matrix[k * columns + c];
    }
  }
  const basis: Float64Array[] = [];
  for (let free = rows; free < columns; free++) {
    const vector = new Float64Array(columns);
    for (let r = 0; r < rows; r++) vector[order[r]] = -matrix[r * columns + free];
    vector[order[free]] = 1;
    let norm = 0;
    for (const value of vector) norm += value * value;
    norm = 1 / Math.sqrt(norm);
    basis.push(vector.map((value) => value * norm));
  }
  return basis;
}

function swap(a: Float64Array, i: number, j: number): void {
  const value = a[i];
  a[i] = a[j];
  a[j] = value;
}
