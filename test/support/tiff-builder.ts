// Builds TIFF structures as cameras write them (big-endian), for tests of EXIF and RAW.

export type TiffField =
  | { type: 'ascii'; value: string }
  | { type: 'short' | 'long'; value: number[] }
  | { type: 'rational'; value: (readonly [number, number])[] };

export type TiffDirectory = Record<number, TiffField>;

export const ascii = (value: string): TiffField => ({ type: 'ascii', value });
export const short = (...value: number[]): TiffField => ({ type: 'short', value });
export const rational = (...value: (readonly [number, number])[]): TiffField => ({ type: 'rational', value });

const typeCodes = { ascii: 2, short: 3, long: 4, rational: 5 } as const;

/** A file of one main directory, with the EXIF and GPS directories it points to. */
export function tiffBytes(main: TiffDirectory, exif: TiffDirectory = {}, gps: TiffDirectory = {}): Buffer {
  const children = [
    [0x8769, exif],
    [0x8825, gps],
  ] as const;
  const pointers = Object.fromEntries(children.map(([tag]) => [tag, { type: 'long' as const, value: [0] }]));
  // The sizes do not depend on where the pointers lead: the first round measures, the second writes.
  let at = 8 + directoryBytes({ ...main, ...pointers }, 8).length;
  const parts: Buffer[] = [];
  for (const [tag, entries] of children) {
    pointers[tag] = { type: 'long', value: [at] };
    const bytes = directoryBytes(entries, at);
    parts.push(bytes);
    at += bytes.length;
  }
  const header = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  return Buffer.concat([header, directoryBytes({ ...main, ...pointers }, 8), ...parts]);
}

/** The JPEG with these tags as its EXIF segment. */
export function withExif(jpeg: Buffer, tiff: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  head.writeUInt16BE(tiff.length + 8, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, tiff, jpeg.subarray(2)]);
}

function directoryBytes(directory: TiffDirectory, offset: number): Buffer {
  const entries = Object.entries(directory).map(([tag, field]) => [Number(tag), field] as const);
  entries.sort(([a], [b]) => a - b);
  const table = Buffer.alloc(2 + entries.length * 12 + 4);
  table.writeUInt16BE(entries.length, 0);
  const values: Buffer[] = [];
  let end = offset + table.length;
  entries.forEach(([tag, field], idx) => {
    const at = 2 + idx * 12;
    const bytes = valueBytes(field);
    table.writeUInt16BE(tag, at);
    table.writeUInt16BE(typeCodes[field.type], at + 2);
    table.writeUInt32BE(field.type === 'ascii' ? field.value.length + 1 : field.value.length, at + 4);
    if (bytes.length <= 4) bytes.copy(table, at + 8);
    else {
      table.writeUInt32BE(end, at + 8);
      values.push(bytes);
      end += bytes.length;
    }
  });
  return Buffer.concat([table, ...values]);
}

function valueBytes(field: TiffField): Buffer {
  if (field.type === 'ascii') return Buffer.from(`${field.value}\0`);
  const numbers = field.type === 'rational' ? field.value.flat() : field.value;
  const width = field.type === 'short' ? 2 : 4;
  const bytes = Buffer.alloc(numbers.length * width);
  numbers.forEach((value, idx) => bytes.writeUIntBE(value, idx * width, width));
  return bytes;
}
