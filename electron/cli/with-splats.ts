// A project open in the terminal with its splats made, for commands that ask it something.

import type { ProjectSnapshot } from '../contract/commands.ts';
import { ProgressLine } from './progress.ts';
import { TerminalStudio } from './terminal-studio.ts';

/** Opens a project, makes the splats that are missing, and closes it after the work; what the work says goes to stdout. */
export async function withSplats(
  folder: string,
  work: (terminal: TerminalStudio, project: ProjectSnapshot) => Promise<string>,
): Promise<number> {
  const terminal = new TerminalStudio();
  const line = new ProgressLine();
  terminal.on('splats.progress', ({ done, total }) => line.show('Making splats', done / total, `${done}/${total}`));
  terminal.on('notice', ({ sentence }) => line.say(sentence));
  try {
    const project = await terminal.do('projects.open', { folder });
    await terminal.do('scene.splat', null);
    const said = await work(terminal, project);
    line.end();
    process.stdout.write(`${said}\n`);
    return 0;
  } finally {
    line.end();
    await terminal.close();
  }
}
