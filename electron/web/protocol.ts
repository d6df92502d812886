// What the page in a browser and the web host say to each other: shapes of WebSocket messages and names of paths. Pure, both sides import it.

import type { StudioError } from '../../projects/format/result.ts';

/** Raised with every change that an older page would not understand; a page of another version loads itself again. */
export const protocolVersion = 1;

export const paths = {
  socket: 'api',
  upload: 'upload',
} as const;

/** Kinds of bulk bytes and the first segment of their path. */
export const bulkKinds = ['chunk', 'thumb', 'photo'] as const;
export type BulkKind = (typeof bulkKinds)[number];

/** Page → host. `seq` is chosen by the page and comes back with the answer. */
export interface CommandMessage {
  seq: number;
  command: string;
  input: unknown;
}

/** Host → page: first of all messages. */
export interface HelloMessage {
  protocol: number;
}

/** Host → page: the answer to a command. `seq` is null when the message could not be read. */
export interface ResultMessage {
  seq: number | null;
  result: { ok: true; value: unknown } | { ok: false; error: StudioError };
}

/** Host → page, without being asked. */
export interface EventMessage {
  event: string;
  payload: unknown;
}

export type HostMessage = HelloMessage | ResultMessage | EventMessage;

/** A command fits easily; what does not is a mistake or an attack. */
export const maxMessageBytes = 4 * 1024 * 1024;
