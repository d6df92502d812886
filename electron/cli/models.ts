// `models`: what is installed, and what comes and goes.

import { resolve } from 'node:path';
import { precisions, type Precision } from '../../projects/format/precision.ts';
import { badUsage, argumentsOf, wholeNumber, type Command } from './command.ts';
import { probe } from './probe.ts';
import { checkModel } from '../studio/model-packs.ts';
import { ModelCatalog } from '../studio/model-catalog.ts';
import { nodeStudioOptions, userFolders, zooFolder } from '../studio/node-host.ts';
import { ProgressLine } from './progress.ts';
import { onInterrupt, TerminalStudio } from './terminal-studio.ts';

export const modelsCommand: Command = {
  name: 'models',
  usage:
    'list [--json] | add FILE [--accept-licence] [--precision float32|float16|int8] [--json] | check ID [--golden FILE] [--json] | probe [ID …] --project DIR [--views N] [--json] | remove ID',
  summary:
    'Lists installed methods, adds one from a checkpoint, checks its numbers, probes what its features know of a scene, or removes it.',
  async run(args) {
    const { values, positionals } = argumentsOf(modelsCommand, args, {
      json: { type: 'boolean', default: false },
      golden: { type: 'string' },
      project: { type: 'string' },
      views: { type: 'string', default: '4' },
      'accept-licence': { type: 'boolean', default: false },
      precision: { type: 'string', default: 'float32' },
    });
    const [action, ...rest] = positionals;
    const terminal = new TerminalStudio();
    try {
      if (action === 'list' && rest.length === 0) return await list(terminal, values.json);
      if (action === 'add' && rest.length === 1)
        return await add(terminal, rest[0], values['accept-licence'], precisionOf(values.precision), values.json);
      if (action === 'check' && rest.length === 1) return await check(rest[0], values.golden, values.json);
      if (action === 'probe') {
        if (values.project === undefined) throw badUsage(modelsCommand, '--project is missing');
        const every = wholeNumber('views', values.views, 2) ?? 4;
        return await probe(terminal, resolve(values.project), rest, every, values.json);
      }
      if (action === 'remove' && rest.length === 1) return await remove(terminal, rest[0]);
      throw badUsage(
        modelsCommand,
        action === undefined ? 'what to do is missing' : `${positionals.join(' ')} is not known`,
      );
    } finally {
      await terminal.close();
    }
  },
};

function precisionOf(given: string): Precision {
  const found = precisions.find((precision) => precision === given);
  if (!found) throw badUsage(modelsCommand, `--precision takes one of ${precisions.join(', ')}, not ${given}`);
  return found;
}

async function list(terminal: TerminalStudio, json: boolean): Promise<number> {
  const models = await terminal.do('models.list', null);
  if (json) process.stdout.write(`${JSON.stringify(models)}\n`);
  else
    for (const { id, name, kind, licence, parameters, memoryMb, provider, isDefault } of models)
      process.stdout.write(
        `${id}${isDefault ? ' (default)' : ''}\n    ${name} · ${kind} · ${licence.name} · ${inMillions(parameters)} · ${memoryMb} MB of memory · ${provider}\n`,
      );
  return 0;
}

/** Compiles a checkpoint; Ctrl-C leaves nothing of it behind. */
async function add(
  terminal: TerminalStudio,
  file: string,
  acceptLicence: boolean,
  precision: Precision,
  json: boolean,
): Promise<number> {
  const line = new ProgressLine();
  terminal.on('models.progress', (progress) => progress && line.show(progress.stage, progress.fraction, ''));
  terminal.on('notice', ({ sentence }) => line.say(sentence));
  const letGo = onInterrupt(() => void terminal.studio.invoke('models.cancel', null));
  try {
    const source = { kind: 'path' as const, path: resolve(file) };
    const { id, kind, parameters } = await terminal.do('models.add', { source, acceptLicence, precision });
    line.end();
    const files = await new ModelCatalog(zooFolder, userFolders().dataFolder).files(id);
    process.stdout.write(json ? `${JSON.stringify({ id, kind, parameters, files })}\n` : `${id} is installed.\n`);
    return 0;
  } finally {
    line.end();
    letGo();
  }
}

/** Fails when a number is outside the tolerance, so that scripts notice. */
async function check(modelId: string, golden: string | undefined, json: boolean): Promise<number> {
  const report = await checkModel(nodeStudioOptions('cli'), modelId, golden === undefined ? null : resolve(golden));
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else
    process.stdout.write(
      `${[
        `${report.id} on ${report.provider}: ${report.passed ? 'passed' : 'FAILED'} in ${report.seconds.toFixed(1)} s`,
        ...report.outputs.map(
          ({ name, maxAbsolute, maxRelative, passed }) =>
            `  ${passed ? 'ok  ' : 'FAIL'} ${name}: largest error ${maxAbsolute.toExponential(2)} absolute, ${maxRelative.toExponential(2)} relative`,
        ),
      ].join('\n')}\n`,
    );
  return report.passed ? 0 : 1;
}

async function remove(terminal: TerminalStudio, modelId: string): Promise<number> {
  await terminal.do('models.remove', { modelId });
  return 0;
}

const inMillions = (parameters: number): string =>
  parameters === 0 ? 'no parameters' : `${(parameters / 1e6).toFixed(1)} million parameters`;
