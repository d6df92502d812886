// The studio in a terminal: `npm run -s studio -- <command>`.

import { keepCompiledCode } from '../studio/compile-cache.ts';

keepCompiledCode();
const { runCli } = await import('./run-cli.ts');
process.exitCode = await runCli(process.argv.slice(2));
