// Reads tags of a TIFF structure (EXIF blocks, TIFF files and most RAW formats are one), without trusting any offset in it.

/** Values of one tag: numbers, or the characters of a text. */
export type TagValue = number[] | string;
export type Tags = ReadonlyMap<number, TagValue>;

export interface TiffTags {
  /** The first directory: of the main picture, or of the whole file. */
  main: Tags;
  exif: Tags;
  gps: Tags;
}

/** Bytes of one item by field type (TIFF 6.0, section 2): byte, ascii, short, long, rational, sbyte, undefined, sshort, slong, srational, float, double. */
const itemBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** Canon, Nikon, Sony, DNG use 42; Panasonic RW2 85; Olympus ORF 'RO' and 'RS'. */
const magics = new Set([42, 85, 0x4f52, 0x5352]);
/** No directory of a camera has more tags, and no text of interest is longer. */
const maxTags = 1000;
const maxItems = 4096;

/** @returns null when the bytes are no TIFF structure; broken directories count as empty */
export function readTiffTags(bytes: Uint8Array): TiffTags | null {
  if (bytes.length < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  if (!magics.has(view.getUint16(2, little))) return null;
  const main = directory(view, view.getUint32(4, little), little);
  const child = (pointerTag: number): Tags => {
    const [offset] = numbers(main, pointerTag);
    return offset === undefined ? new Map() : directory(view, offset, little);
  };
  return { main, exif: child(0x8769), gps: child(0x8825) };
}

/** Numbers of a tag; none when it is absent or a text. */
export function numbers(tags: Tags, tag: number): number[] {
  const value = tags.get(tag);
  return Array.isArray(value) ? value : [];
}

/** Text of a tag without padding; null when it is absent, empty or not a text. */
export function text(tags: Tags, tag: number): string | null {
  const value = tags.get(tag);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function directory(view: DataView, offset: number, little: boolean): Tags {
  const tags = new Map<number, TagValue>();
  if (offset + 2 > view.byteLength) return tags;
  const count = view.getUint16(offset, little);
  if (count > maxTags) return tags;
  for (let idx = 0; idx < count; idx++) {
    const entry = offset + 2 + idx * 12;
    if (entry + 12 > view.byteLength) break;
    const value = valueOf(view, entry, little);
    if (value !== null) tags.set(view.getUint16(entry, little), value);
  }
  return tags;
}

function valueOf(view: DataView, entry: number, little: boolean): TagValue | null {
  const type = view.getUint16(entry + 2, little);
  const count = view.getUint32(entry + 4, little);
  const size = itemBytes[type] ?? 0;
  if (size === 0 || count === 0 || count > maxItems) return null;
  const start = size * count <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
  if (start + size * count > view.byteLength) return null;
  if (type === 2) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, count);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
  const values: number[] = [];
  for (let idx = 0; idx < count; idx++) values.push(item(view, start + idx * size, type, little));
  return values;
}

function item(view: DataView, at: number, type: number, little: boolean): number {
  if (type === 1 || type === 7) return view.getUint8(at);
  if (type === 6) return view.getInt8(at);
  if (type === 3) return view.getUint16(at, little);
  if (type === 8) return view.getInt16(at, little);
  if (type === 4) return view.getUint32(at, little);
  if (type === 9) return view.getInt32(at, little);
  if (type === 5) return view.getUint32(at, little) / view.getUint32(at + 4, little);
  if (type === 10) return view.getInt32(at, little) / view.getInt32(at + 4, little);
  if (type === 11) return view.getFloat32(at, little);
  return view.getFloat64(at, little);
}
