// A measured number with its error: how it is carried on, and how people read it.

/** How long a unit of the scene is, and how surely that is known. */
export interface Scale {
  metresPerUnit: number;
  /** One standard deviation of `metresPerUnit` as a share of it; null when nobody said. */
  relativeSigma: number | null;
  source: ScaleSource;
}

/** Where a scale comes from: a known length, the photos' GPS, what the method says of itself, or a number that was typed. */
export type ScaleSource =
  | { kind: 'length'; metres: number }
  | { kind: 'gps'; photos: number; spreadMetres: number }
  | { kind: 'method'; modelId: string }
  | { kind: 'typed' };

/** What is measured: a number, a length, an area, an angle in degrees. */
export type QuantityKind = 'number' | 'length' | 'area' | 'angle';

export interface Quantity {
  kind: QuantityKind;
  /** Metres or square metres where `isMetric`; else units of the scene. Degrees for angles. */
  value: number;
  /** One standard deviation, same unit; null when it cannot be told. */
  sigma: number | null;
  isMetric: boolean;
}

const powers: Readonly<Record<QuantityKind, number>> = { number: 0, length: 1, area: 2, angle: 0 };

/**
 * A quantity in scene units in metres, where the scale is known. The error of the scale adds to that of the measurement
 * (independent errors: sum of squares).
 * @param value scene units (degrees, or a count) @param sigma one standard deviation of it, without the scale's
 */
export function inMetres(kind: QuantityKind, value: number, sigma: number | null, scale: Scale | null): Quantity {
  const power = powers[kind];
  if (power === 0) return { kind, value, sigma, isMetric: false };
  if (scale === null) return { kind, value, sigma, isMetric: false };
  const factor = scale.metresPerUnit ** power;
  const ofScale = power * (scale.relativeSigma ?? 0) * value * factor;
  return {
    kind,
    value: value * factor,
    sigma: sigma === null ? null : Math.hypot(sigma * factor, ofScale),
    isMetric: true,
  };
}

/** The half-width that is shown after ±: two standard deviations, which 95 of 100 measurements keep. */
export const errorOf = ({ sigma }: Quantity): number | null => (sigma === null ? null : 2 * sigma);

interface Unit {
  name: string;
  /** How many of it make a metre, a square metre, a degree or a unit of the scene. */
  per: number;
}

/** The unit in which people read a quantity of this size. */
export function unitOf({ kind, value, isMetric }: Quantity): Unit {
  const size = Math.abs(value);
  if (kind === 'angle') return { name: '°', per: 1 };
  if (kind === 'number') return { name: '', per: 1 };
  if (kind === 'area') {
    if (!isMetric) return { name: 'square units', per: 1 };
    return size >= 0.1 ? { name: 'm²', per: 1 } : { name: 'cm²', per: 1e4 };
  }
  if (!isMetric) return { name: 'units', per: 1 };
  if (size >= 1) return { name: 'm', per: 1 };
  return size >= 0.01 ? { name: 'cm', per: 100 } : { name: 'mm', per: 1000 };
}

/** The unit of `value` itself, for tables. */
export function csvUnit({ kind, isMetric }: Quantity): string {
  if (kind === 'angle') return 'degree';
  if (kind === 'number') return '';
  return `${isMetric ? 'm' : 'unit'}${kind === 'area' ? '2' : ''}`;
}

/**
 * `1.42 m ± 0.05`, `87.3 cm ± 0.8`, `3.1 units`: the error to one digit (two where it begins with 1), the value to the same place.
 */
export function formatQuantity(quantity: Quantity): string {
  const { name, per } = unitOf(quantity);
  const value = quantity.value * per;
  const error = errorOf(quantity);
  const unit = name === '°' ? '°' : name === '' ? '' : ` ${name}`;
  if (error === null || !(error > 0)) return `${plain(value)}${unit}`;
  const digits = placesOf(error * per);
  return `${fixed(value, digits)}${unit} ± ${fixed(error * per, digits)}${name === '°' ? '°' : ''}`;
}

/** Three significant digits, without an exponent. */
const plain = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));

/** Places after the point at which an error is written; negative places round to tens. */
function placesOf(error: number): number {
  const power = Math.floor(Math.log10(error));
  return Math.min(6, error / 10 ** power < 1.95 ? 1 - power : -power);
}

function fixed(value: number, places: number): string {
  if (places >= 0) return value.toFixed(places);
  const step = 10 ** -places;
  return String(Math.round(value / step) * step);
}
