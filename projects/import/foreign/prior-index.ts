// Poses by photo name, however a tool writes the name.

import type { Photo } from '../../format/scene.ts';

export type Prior = NonNullable<Photo['prior']>;

export interface Priors {
  tool: 'COLMAP' | 'transforms.json';
  notices: string[];
  /** By the photo's path below the folder; null when the tool knows no pose of it. */
  ofFile(name: string): Prior | null;
}

/**
 * Finds the entry of a file: by its path below the folder, then by the end of that path (tools keep names relative to
 * `images/` or with it), and without the ending (some leave it out).
 */
export function finder(byName: ReadonlyMap<string, Prior>): (name: string) => Prior | null {
  const byKey = new Map<string, Prior>();
  for (const [name, prior] of byName) {
    const parts = name
      .split('\\')
      .join('/')
      .replace(/^(\.\/)+/, '')
      .split('/');
    for (let from = parts.length - 1; from >= 0; from--) {
      const key = parts.slice(from).join('/');
      // The full path wins over an end that several entries share.
      if (from === 0 || !byKey.has(key)) byKey.set(key, prior);
    }
  }
  return (file) => {
    const parts = file.split('/');
    for (let from = 0; from < parts.length; from++) {
      const key = parts.slice(from).join('/');
      const prior = byKey.get(key) ?? byKey.get(key.replace(/\.[^./]+$/, ''));
      if (prior) return prior;
    }
    return null;
  };
}
