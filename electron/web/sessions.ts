// Who may talk to the web host: one-time tokens become session cookies; requests from other hosts and pages are turned away.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const secret = (): string => randomBytes(32).toString('base64url');

/** Tokens and sessions live in memory only: they end with the host. */
export class Sessions {
  readonly #tokens = new Set<string>();
  readonly #sessions = new Set<string>();
  /** Cookies are shared by all ports of a host, so each host program uses a name of its own. */
  readonly cookieName = `permanence-${randomBytes(6).toString('hex')}`;

  /** A token that opens one session. */
  newToken(): string {
    const token = secret();
    this.#tokens.add(token);
    return token;
  }

  /** Exchanges a token for a `set-cookie` value; null when it is unknown or was used before. */
  redeem(token: string): string | null {
    const known = find(this.#tokens, token);
    if (known === null) return null;
    this.#tokens.delete(known);
    const session = secret();
    this.#sessions.add(session);
    return `${this.cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isOpen(request: IncomingMessage): boolean {
    const cookies = request.headers.cookie?.split(';') ?? [];
    return cookies.some((cookie) => {
      const [name, value = ''] = cookie.trim().split('=');
      return name === this.cookieName && find(this.#sessions, value) !== null;
    });
  }
}

function find(secrets: ReadonlySet<string>, candidate: string): string | null {
  const given = Buffer.from(candidate);
  for (const known of secrets) {
    const expected = Buffer.from(known);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return known;
  }
  return null;
}

/**
 * True when the request names this machine. A page of another site whose name was made to point here (DNS rebinding) sends its own name.
 * Any port is fine: behind an SSH tunnel the browser sees another one.
 */
export function hostIsLocal(request: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(request.headers.host ?? '');
}

/** True when the request was made by a page of this host. Browsers send `Origin` with every upload and every WebSocket. */
export function originIsOwn(request: IncomingMessage): boolean {
  return request.headers.origin === `http://${request.headers.host}`;
}

/** True unless the browser says that another site's page asked for it. */
export function siteIsOwn(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}
