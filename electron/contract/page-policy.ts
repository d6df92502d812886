// Security headers of the page, the same in the desktop window and in a browser.

/**
 * Content security policy of the page. `socketOrigin` is the WebSocket origin of the web host; null in the desktop window.
 *
 * `wasm-unsafe-eval` compiles WebAssembly (Spark's decoder) and nothing else; the blob: worker is Spark's sorter, which ships inside its
 * bundle, and workers inherit this policy. Style attributes may be inline because positioned menus need them; style elements may not.
 */
export function contentSecurityPolicy(socketOrigin: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${socketOrigin ? ` ${socketOrigin}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer, whatever it carries. */
export function securityHeaders(socketOrigin: string | null): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(socketOrigin),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'permissions-policy':
      'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), bluetooth=(), midi=(), payment=()',
  };
}
