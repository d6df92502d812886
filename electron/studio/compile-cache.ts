// Compiled code kept from one start to the next: taking the types out of some hundred files is most of what a start costs.

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Call it before anything else is imported. Processes and threads that start later take part (`NODE_COMPILE_CACHE`); Node keeps
 * the files by their content, so a changed source is never mistaken for an old one. Where nothing can be written, nothing is kept.
 */
export function keepCompiledCode(): void {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('../../node_modules/.cache/compiled-code', import.meta.url),
  );
  enableCompileCache(process.env['NODE_COMPILE_CACHE']);
}
