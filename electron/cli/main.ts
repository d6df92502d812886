// The studio in a terminal: `npm run -s studio -- <command>` in the repository, `permanence <command>` where npm has installed it.

/** The scripts of the repository bring it; an installed program takes the one it finds, and SQLite would crash in Node 20. */
const neededNode = 24;

// Nothing is imported before that is known.
export {};

if (Number.parseInt(process.versions.node, 10) < neededNode) {
  process.stderr.write(
    `Permanence needs Node ${neededNode} or later; this is ${process.versions.node}. [node-too-old]\n`,
  );
  process.exitCode = 1;
} else {
  const { keepCompiledCode } = await import('../studio/compile-cache.ts');
  keepCompiledCode();
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(process.argv.slice(2));
}
