// A rectangle between two corners, in whichever order they were dragged.

export interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function rectangleOf(a: readonly [number, number], b: readonly [number, number]): Rectangle {
  return {
    left: Math.min(a[0], b[0]),
    top: Math.min(a[1], b[1]),
    right: Math.max(a[0], b[0]),
    bottom: Math.max(a[1], b[1]),
  };
}
