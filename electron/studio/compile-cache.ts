// Compiled code kept from one start to the next: taking the types out of some hundred files is most of what a start costs.

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Node keeps files there by their content, so a changed source is never mistaken for an old one. Where nothing can be written, nothing
 * is kept.
 */
const folder = fileURLToPath(new URL('../../node_modules/.cache/compiled-code', import.meta.url));

/** For this process; call it before anything else is imported. */
export function keepCompiledCode(): void {
  enableCompileCache(folder);
}

/** For a process that is started and all its threads. */
export const withCompiledCode = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: folder,
  ...environment,
});
