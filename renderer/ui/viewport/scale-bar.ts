// A bar of a round length that is between 40 and 100 px long.

/** @param lengthPer100Px length that 100 px cover */
export function scaleBar(lengthPer100Px: number): { length: number; widthPx: number } {
  const power = 10 ** Math.floor(Math.log10(lengthPer100Px));
  const lead = lengthPer100Px / power;
  const length = (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
  return { length, widthPx: Math.round((100 * length) / lengthPer100Px) };
}
