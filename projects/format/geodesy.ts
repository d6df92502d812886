// Places on earth as metres around one of them.

/** Degrees of WGS 84, metres above the sea. */
export interface GeoPlace {
  latitudeDeg: number;
  longitudeDeg: number;
  altitudeM: number | null;
}

type Horizontal = Pick<GeoPlace, 'latitudeDeg' | 'longitudeDeg'>;

const radians = Math.PI / 180;
const semiMajorMetres = 6378137;
const eccentricity2 = 0.00669437999014;

/** Metres east and north of the first place, by the radii of curvature of WGS 84 there; good to a part in a thousand within 100 km. */
export function eastNorth(places: readonly Horizontal[]): [number, number][] {
  if (places.length === 0) return [];
  const [first] = places;
  const w2 = 1 - eccentricity2 * Math.sin(first.latitudeDeg * radians) ** 2;
  const northRadius = (semiMajorMetres * (1 - eccentricity2)) / w2 ** 1.5;
  const eastRadius = (semiMajorMetres / Math.sqrt(w2)) * Math.cos(first.latitudeDeg * radians);
  return places.map(({ latitudeDeg, longitudeDeg }) => {
    const turn = ((longitudeDeg - first.longitudeDeg + 540) % 360) - 180;
    return [turn * radians * eastRadius, (latitudeDeg - first.latitudeDeg) * radians * northRadius];
  });
}

/** Phones and cameras are seldom better, whatever the photos say of each other. */
export const leastGpsErrorMetres = 3;

/** Weights of least squares that bound what a place far off can do (Huber 1964), the bend at 1.5 median errors. */
export function huberWeights(errors: readonly number[]): number[] {
  const sorted = errors.toSorted((a, b) => a - b);
  const limit = Math.max(1e-6, 1.5 * sorted[sorted.length >> 1]);
  return errors.map((error) => (error <= limit ? 1 : limit / error));
}
