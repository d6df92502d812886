// In which numbers a network can be compiled.

/** int8: the matrices of linear layers in eight bits with a scale for each output, everything else in float32. */
export const precisions = ['float32', 'float16', 'int8'] as const;
export type Precision = (typeof precisions)[number];

/** What one gives up for the smaller numbers, as measured (models/compile/README.md). */
export const precisionNotes: Readonly<Record<Precision, string>> = {
  float32: 'The full numbers: they agree with the original within 0.0001.',
  float16: 'Half of the disk, no faster on a processor. Numbers are off by 2 % at most.',
  int8: 'A third of the disk, 1.5 to 4 times as fast on recent processors. Points were off by about 1 % where it could be measured; nobody has tried it on released weights.',
};
