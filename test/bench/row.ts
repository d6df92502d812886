// One line of the table that `npm run bench` prints.

export interface BenchRow {
  name: string;
  /** null: could not be measured here; the note says why. */
  value: number | null;
  /** What product.md asks for, as it is printed: `≥ 0.8`; null when the row is for information. */
  target: string | null;
  unit: string;
  /** Whether the target is met; true when there is none. */
  ok: boolean;
  note: string;
}
