// In which numbers a network can be compiled.

/** int8: the matrices of linear layers in eight bits with a scale for each output, everything else in float32. */
export const precisions = ['float32', 'float16', 'int8'] as const;
export type Precision = (typeof precisions)[number];
