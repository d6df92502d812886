// Lengths as people type them: a number and a unit.

const units: Readonly<Record<string, number>> = {
  '': 1,
  m: 1,
  metre: 1,
  metres: 1,
  meter: 1,
  meters: 1,
  cm: 0.01,
  mm: 0.001,
  km: 1000,
  in: 0.0254,
  '"': 0.0254,
  inch: 0.0254,
  inches: 0.0254,
  ft: 0.3048,
  "'": 0.3048,
  foot: 0.3048,
  feet: 0.3048,
  yd: 0.9144,
};

/** `80 cm`, `1,25m`, `3 ft` → metres; metres without a unit; null for what is no positive length. */
export function metresOf(text: string): number | null {
  const [, number, unit] = /^\s*(\d+(?:[.,]\d+)?|[.,]\d+)\s*([a-z'"]*)\s*$/i.exec(text) ?? [];
  const factor = units[unit?.toLowerCase() ?? ''];
  if (number === undefined || factor === undefined) return null;
  const metres = Number(number.replace(',', '.')) * factor;
  return metres > 0 ? metres : null;
}
