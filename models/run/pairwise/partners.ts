// Which earlier photos a new photo meets: the last ones, and those that look most like it.

/** One step of a walk and the one before: neighbours in a video or a tour. */
const previousCount = 2;
/** By likeness, for photos in no order and for coming back to a place. */
const similarCount = 2;

/** Sum of products of two unit vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * @param descriptor mean encoder features of the new photo at unit length
 * @param earlier candidates in the order in which they were met
 * @returns indices of at most four candidates
 */
export function choosePartners(
  descriptor: Float32Array,
  earlier: readonly { idx: number; descriptor: Float32Array }[],
): number[] {
  const previous = earlier.slice(-previousCount);
  const similar = earlier
    .slice(0, -previousCount)
    .map((candidate) => ({ idx: candidate.idx, likeness: cosine(descriptor, candidate.descriptor) }))
    .sort((a, b) => b.likeness - a.likeness || a.idx - b.idx)
    .slice(0, similarCount);
  return [...previous, ...similar].map(({ idx }) => idx).sort((a, b) => b - a);
}
