// The shape of a user action: menus, buttons, the palette and the keys all read the same record.

export interface KeyBinding {
  /** The character on the key (`f`, `?`, ` `, `Home`); for bindings by place on the keyboard use `code`. */
  key?: string;
  /** Physical key, so that it stays in place on other layouts. */
  code?: string;
  ctrl?: boolean;
  shift?: boolean;
}

export type ActionGroup = 'Project' | 'Photos' | 'Run' | 'Edit' | 'Camera' | 'View' | 'Time' | 'Help';

export interface Action {
  id: string;
  label: string;
  group: ActionGroup;
  /** More than one binding may lead to an action; the first is the one shown. */
  keys?: readonly KeyBinding[];
  /** Words by which the palette finds it, besides the label. */
  words?: string;
  enabled(): boolean;
  perform(): void | Promise<unknown>;
}

/** How a binding is written in tooltips and menus. */
export function keyLabel({ key, code, ctrl, shift }: KeyBinding): string {
  const named: Record<string, string> = {
    ' ': 'Space',
    ',': ',',
    '.': '.',
    Escape: 'Esc',
    ArrowLeft: '←',
    ArrowRight: '→',
  };
  const name = key
    ? (named[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    : (code ?? '').replace(/^(Key|Digit)/, '');
  return [ctrl && 'Ctrl', shift && key !== '?' && 'Shift', name].filter(Boolean).join(' ');
}

export const keyOf = (action: Action): string | null => (action.keys?.[0] ? keyLabel(action.keys[0]) : null);
