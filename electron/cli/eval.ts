// `eval`: how good a run is against ground truth, in every number that the truth allows.

import { resolve } from 'node:path';
import type { Evaluation } from '../../models/evaluate/evaluate.ts';
import type { ViewScores } from '../contract/scene-requests.ts';
import { evaluateProject, evaluateViews } from '../studio/evaluation.ts';
import { nodeStudioOptions } from '../studio/node-host.ts';
import { ProgressLine } from './progress.ts';
import { argumentsOf, badUsage, wholeNumber, type Command } from './command.ts';

export const evalCommand: Command = {
  name: 'eval',
  usage: '--project DIR --gt DIR [--views N] [--polish] [--json]',
  summary:
    'Scores poses, depth and points of a project against ground truth; with --views, every N-th photo drawn from the others too, with --polish also after polishing their splats.',
  async run(args) {
    const { values } = argumentsOf(evalCommand, args, {
      project: { type: 'string' },
      gt: { type: 'string' },
      views: { type: 'string' },
      polish: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined || values.gt === undefined)
      throw badUsage(evalCommand, '--project and --gt are both needed');
    const every = wholeNumber('views', values.views, 2);
    const folder = resolve(values.project);
    const evaluation = await evaluateProject(folder, resolve(values.gt));
    if (values.polish && every === null) throw badUsage(evalCommand, '--polish needs --views');
    const line = new ProgressLine();
    const views =
      every === null
        ? null
        : await evaluateViews(nodeStudioOptions('cli'), folder, every, values.polish, ({ stage, fraction }) =>
            line.show(stage, fraction, ''),
          ).finally(() => line.end());
    const report = { ...evaluation, views };
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${linesOf(report).join('\n')}\n`);
    return 0;
  },
};

function linesOf({
  frames,
  registered,
  trajectory,
  depth,
  points,
  views,
}: Evaluation & { views: ViewScores | null }): string[] {
  const group = (name: string, numbers: object | null, why: string): string[] =>
    numbers === null
      ? [`${name}: ${why}`]
      : [
          `${name}:`,
          ...Object.entries(numbers).map(
            ([key, value]) => `  ${key} ${typeof value === 'number' ? short(value) : String(value)}`,
          ),
        ];
  return [
    `${registered} of ${frames} frames have a pose`,
    ...group('trajectory', trajectory, 'fewer than three poses in common with the ground truth'),
    ...group('depth', depth, 'no confident point where the ground truth has depth'),
    ...group('points', points, 'no confident point in the world of the ground truth'),
    ...(views
      ? [`views: PSNR ${short(views.psnr)} dB, SSIM ${short(views.ssim)}, over ${views.views.length} photos`]
      : []),
    ...(views?.polished
      ? [
          `polished: PSNR ${short(views.polished.psnr)} dB, SSIM ${short(views.polished.ssim)}, in ${views.polished.seconds.toFixed(0)} s`,
        ]
      : []),
  ];
}

const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
