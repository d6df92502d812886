// What one image of a COLMAP model sees: pixels and the points there, in columns that grow.

export class Observations {
  count = 0;
  #pixels = new Float64Array(256);
  #pointIds = new Float64Array(128);

  /** @returns its index in the image */
  add(xPx: number, yPx: number, pointId: number): number {
    if (this.count === this.#pointIds.length) {
      const [pixels, pointIds] = [this.#pixels, this.#pointIds];
      this.#pixels = new Float64Array(pixels.length * 2);
      this.#pixels.set(pixels);
      this.#pointIds = new Float64Array(pointIds.length * 2);
      this.#pointIds.set(pointIds);
    }
    this.#pixels[this.count * 2] = xPx;
    this.#pixels[this.count * 2 + 1] = yPx;
    this.#pointIds[this.count] = pointId;
    return this.count++;
  }

  at(idx: number): { xPx: number; yPx: number; pointId: number } {
    return { xPx: this.#pixels[idx * 2], yPx: this.#pixels[idx * 2 + 1], pointId: this.#pointIds[idx] };
  }
}
