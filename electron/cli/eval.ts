// `eval`: how good a run is against ground truth, in every number that the truth allows.

import { resolve } from 'node:path';
import type { Evaluation } from '../../models/evaluate/evaluate.ts';
import { evaluateProject } from '../studio/evaluation.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';

export const evalCommand: Command = {
  name: 'eval',
  usage: '--project DIR --gt DIR [--json]',
  summary: 'Scores poses, depth and points of a project against ground truth.',
  async run(args) {
    const { values } = argumentsOf(evalCommand, args, {
      project: { type: 'string' },
      gt: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined || values.gt === undefined)
      throw badUsage(evalCommand, '--project and --gt are both needed');
    const evaluation = await evaluateProject(resolve(values.project), resolve(values.gt));
    process.stdout.write(values.json ? `${JSON.stringify(evaluation)}\n` : `${linesOf(evaluation).join('\n')}\n`);
    return 0;
  },
};

function linesOf({ frames, registered, trajectory, depth, points }: Evaluation): string[] {
  const group = (name: string, numbers: object | null): string[] =>
    numbers === null
      ? [`${name}: the ground truth does not allow it`]
      : [
          `${name}:`,
          ...Object.entries(numbers).map(
            ([key, value]) => `  ${key} ${typeof value === 'number' ? short(value) : String(value)}`,
          ),
        ];
  return [
    `${registered} of ${frames} frames have a pose`,
    ...group('trajectory', trajectory),
    ...group('depth', depth),
    ...group('points', points),
  ];
}

const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
