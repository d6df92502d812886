// Colour as people name it: sRGB to CIELAB, and how far a colour belongs to each of the eleven basic colour terms.
//
// The terms are those of Berlin and Kay (1969). Membership is a soft nearest-prototype rule: every term has a handful of
// prototypes (light, deep and greyed versions, since a photo shows a red cupboard in sun and in shade), the distance is
// Euclidean in CIELAB with lightness counted less than hue and chroma, because shading changes lightness first.

export const colourTerms = [
  'black',
  'white',
  'grey',
  'red',
  'green',
  'yellow',
  'blue',
  'brown',
  'orange',
  'pink',
  'purple',
] as const;
export type ColourTerm = (typeof colourTerms)[number];

/** CIELAB (D65) of an sRGB colour with channels 0…255. Source: IEC 61966-2-1 and CIE 15:2004. */
export function labFromSrgb(red: number, green: number, blue: number): [number, number, number] {
  const r = linear[clampByte(red)];
  const g = linear[clampByte(green)];
  const b = linear[clampByte(blue)];
  const fx = labCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const fy = labCurve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const fz = labCurve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const clampByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
});

const labCurve = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);

/** sRGB prototypes of every term, chosen by us: pure, light, deep and dull versions. */
const prototypes: Readonly<Record<ColourTerm, readonly string[]>> = {
  black: ['000000', '121212', '1e1e1e', '14161c', '1c1714'],
  white: ['ffffff', 'f2f2f2', 'e6e6e6', 'f5f0e6', 'e8eef2', 'dedcd8'],
  grey: ['808080', '606060', '9c9c9c', 'b4b4b4', '404040', '727a82', '8a857e', 'a8adb2', '505458'],
  red: ['ff0000', 'c8141e', '961414', 'b43232', 'd23c3c', '6e0f14', 'a0282d', '8c3c3c'],
  green: [
    '00a000',
    '00ff00',
    '145a14',
    '3c8c3c',
    '6eaa5a',
    '96be82',
    '556b2f',
    '2e8b57',
    '78b478',
    '41583c',
    '008c6e',
    '9acd32',
  ],
  yellow: ['ffff00', 'f0d200', 'ffe664', 'fff096', 'c8b400', 'e6c84b', 'dcc850', 'b4a03c'],
  blue: [
    '0000ff',
    '1e50c8',
    '143c8c',
    '0a1e64',
    '3c78c8',
    '64a0dc',
    '87ceeb',
    '4682b4',
    '4a6a8c',
    '00a0d2',
    '2d3f5f',
    '78a0be',
    '5078b4',
  ],
  brown: ['8b4513', '643c14', '5a321e', '96643c', 'a0784b', '784628', '46280f', 'b48c64', '6e5037', '5f4632'],
  orange: ['ff8000', 'ffa500', 'e66e14', 'fa9632', 'd25a0a', 'dc7832', 'f0a050'],
  pink: ['ffc0cb', 'ff96b4', 'ff69b4', 'f0a0b4', 'dc8ca0', 'e6b4be', 'ff1493', 'c8788c'],
  purple: ['800080', '64288c', '9646b4', 'b478d2', '4b0082', '6e468c', '9a7fb4', '5a3c6e', 'b43cc8', '7864b4'],
};

interface Prototype {
  term: number;
  lab: readonly [number, number, number];
}

const prototypeList: readonly Prototype[] = colourTerms.flatMap((term, termIdx) =>
  prototypes[term].map((hex) => {
    const value = Number.parseInt(hex, 16);
    return { term: termIdx, lab: labFromSrgb(value >> 16, (value >> 8) & 255, value & 255) };
  }),
);

/** Lightness differences count this much of hue and chroma differences. */
const lightnessWeight = 0.6;
/** Distance in CIELAB units over which a term fades. */
const softness = 9;

/**
 * Membership of a CIELAB colour in each term of `colourTerms`.
 * @returns 11 numbers 0…1 that sum to 1
 */
export function colourMemberships(lab: readonly [number, number, number]): Float32Array {
  const nearest = new Float64Array(colourTerms.length).fill(Infinity);
  for (const { term, lab: p } of prototypeList) {
    const dl = (lab[0] - p[0]) * lightnessWeight;
    const d = dl * dl + (lab[1] - p[1]) ** 2 + (lab[2] - p[2]) ** 2;
    if (d < nearest[term]) nearest[term] = d;
  }
  const best = Math.min(...nearest);
  const memberships = Float32Array.from(nearest, (d) => Math.exp((best - d) / (2 * softness * softness)));
  const sum = memberships.reduce((a, b) => a + b, 0);
  return memberships.map((value) => value / sum);
}

/** The term a colour is called by first. */
export function colourName(red: number, green: number, blue: number): ColourTerm {
  const memberships = colourMemberships(labFromSrgb(red, green, blue));
  return colourTerms[memberships.indexOf(Math.max(...memberships))];
}
