// `npm run studio`: the command line from the sources. What a command needs of the built page is built first.

import type { TargetName } from './build.ts';

const [command, ...words] = process.argv.slice(2);
const needed: TargetName[] =
  command === 'serve'
    ? ['renderer', 'share']
    : command === 'export' && words.some((word) => /^(--format=)?html$/.test(word))
      ? ['share']
      : [];
if (needed.length > 0 && !words.includes('--help')) {
  // Loaded only here: the bundler takes longer to start than most commands.
  const { buildStale } = await import('./build.ts');
  const built = await buildStale(needed);
  if (built.length > 0) process.stderr.write(`Built ${built.join(', ')}.\n`);
}
await import('../electron/cli/main.ts');
