// `serve`: the studio in a browser, from this machine.

import { serveStudio } from '../web/serve.ts';
import { argumentsOf, wholeNumber, type Command } from './command.ts';

export const serveCommand: Command = {
  name: 'serve',
  usage: '[--port N] [--open]',
  summary: 'Opens the studio in a browser, with a one-time token.',
  async run(args) {
    const { values } = argumentsOf(serveCommand, args, {
      port: { type: 'string' },
      open: { type: 'boolean', default: false },
    });
    await serveStudio({
      port: wholeNumber('port', values.port, 0),
      open: values.open,
      print: (line) => process.stdout.write(`${line}\n`),
    });
    return 0;
  },
};
