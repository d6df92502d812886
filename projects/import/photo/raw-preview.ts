// Finds the largest JPEG picture inside a RAW file. Every maker embeds one; where they keep it differs, what it looks like does not.

export interface EmbeddedJpeg {
  offset: number;
  widthPx: number;
  heightPx: number;
}

/** @returns null when there is no ordinary (Huffman-coded) JPEG inside; lossless JPEG, the sensor data itself, does not count */
export function largestJpegIn(bytes: Buffer): EmbeddedJpeg | null {
  let largest: EmbeddedJpeg | null = null;
  for (let at = bytes.indexOf(startOfImage); at >= 0; at = bytes.indexOf(startOfImage, at + 3)) {
    const size = jpegSizeAt(bytes, at);
    if (size && (!largest || size.widthPx * size.heightPx > largest.widthPx * largest.heightPx))
      largest = { offset: at, ...size };
  }
  return largest;
}

const startOfImage = Buffer.from([0xff, 0xd8, 0xff]);

/** Walks the marker segments up to the frame header. */
function jpegSizeAt(bytes: Buffer, start: number): { widthPx: number; heightPx: number } | null {
  let at = start + 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // SOF0…SOF2: baseline, extended, progressive.
    if (marker >= 0xc0 && marker <= 0xc2)
      return { heightPx: bytes.readUInt16BE(at + 5), widthPx: bytes.readUInt16BE(at + 7) };
    const isSegment =
      (marker >= 0xe0 && marker <= 0xef) || marker === 0xdb || marker === 0xc4 || marker === 0xfe || marker === 0xdd;
    if (!isSegment) return null;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** The JPEG with its EXIF orientation set: RAW files keep it outside of the preview. */
export function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const segment = [0xff, 0xe1, 0, 8 + tiff.length, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from(segment), jpeg.subarray(2)]);
}
