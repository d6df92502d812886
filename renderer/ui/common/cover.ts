// Where a pixel of a photo is in a box that the photo covers (CSS `object-fit: cover`), and back.

interface Size {
  widthPx: number;
  heightPx: number;
}

/** CSS pixels from the top left of the box; may lie outside where the photo is cut. */
export function placeInBox(photo: Size, box: Size, xPx: number, yPx: number): { x: number; y: number } {
  const scale = Math.max(box.widthPx / photo.widthPx, box.heightPx / photo.heightPx);
  return {
    x: box.widthPx / 2 + (xPx - photo.widthPx / 2) * scale,
    y: box.heightPx / 2 + (yPx - photo.heightPx / 2) * scale,
  };
}

/** Pixels of the photo under a place in the box. */
export function pixelUnder(photo: Size, box: Size, x: number, y: number): { xPx: number; yPx: number } {
  const scale = Math.max(box.widthPx / photo.widthPx, box.heightPx / photo.heightPx);
  return {
    xPx: photo.widthPx / 2 + (x - box.widthPx / 2) / scale,
    yPx: photo.heightPx / 2 + (y - box.heightPx / 2) / scale,
  };
}
