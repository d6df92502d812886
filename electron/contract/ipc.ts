// Names that the desktop shell and its preload script share: channels, and the page's own scheme.

export const channels = {
  /** Page → shell: a command and its input; answered by a Result. */
  invoke: 'studio:invoke',
  /** Shell → page: an event and its payload. */
  event: 'studio:event',
} as const;

/** The page and its bulk bytes share one origin, so that a path means the same as on the web host. */
export const pageScheme = 'studio';
export const pageOrigin = `${pageScheme}://app`;
export const pageUrl = `${pageOrigin}/`;
