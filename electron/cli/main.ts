// The studio in a terminal: `npm run -s studio -- <command>`.

import { runCli } from './run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2));
