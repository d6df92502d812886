// Tells clicks from drags on the canvas: a press that moves is the camera's, one that stays is the user pointing at something.

export type Place = readonly [xPx: number, yPx: number];

export interface ClickOrDragHandlers {
  /** A press or a turn of the wheel begins, before anything else hears of it. */
  onPress(): void;
  onClick(at: Place, event: PointerEvent): void;
  onDoubleClick(at: Place): void;
  /** The pointer rests or moves without a button; null when it leaves. At most once a drawn frame. */
  onHover(at: Place | null): void;
}

/** A hand is never quite still. */
const stillPx = 4;

export class ClickOrDrag {
  private readonly handlers: ClickOrDragHandlers;

  constructor(handlers: ClickOrDragHandlers) {
    this.handlers = handlers;
  }

  readonly attach = (element: HTMLElement): (() => void) => {
    const { handlers } = this;
    const end = new AbortController();
    const { signal } = end;
    const placeOf = (event: MouseEvent): Place => {
      const box = element.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    let pressed: PointerEvent | null = null;
    let hovering = 0;
    const moved = (event: PointerEvent): number =>
      pressed ? Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) : Infinity;
    element.addEventListener(
      'pointerdown',
      (event) => {
        pressed = event;
      },
      { signal, capture: true },
    );
    element.addEventListener(
      'pointermove',
      (event) => {
        if (event.buttons !== 0) {
          if (pressed && moved(event) >= stillPx) {
            pressed = null;
            handlers.onPress();
          }
          return;
        }
        cancelAnimationFrame(hovering);
        hovering = requestAnimationFrame(() => handlers.onHover(placeOf(event)));
      },
      { signal, capture: true },
    );
    element.addEventListener('wheel', () => handlers.onPress(), { signal, capture: true, passive: true });
    element.addEventListener(
      'pointerup',
      (event) => {
        if (event.button === 0 && moved(event) < stillPx) handlers.onClick(placeOf(event), event);
        pressed = null;
      },
      { signal },
    );
    element.addEventListener('dblclick', (event) => handlers.onDoubleClick(placeOf(event)), { signal });
    element.addEventListener(
      'pointerleave',
      () => {
        cancelAnimationFrame(hovering);
        handlers.onHover(null);
      },
      { signal },
    );
    return () => {
      cancelAnimationFrame(hovering);
      end.abort();
    };
  };
}
