// `ask`: a question about space in plain English, answered from geometry.

import { resolve } from 'node:path';
import { errorOf } from '../../projects/format/quantity.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { withSplats } from './with-splats.ts';

export const askCommand: Command = {
  name: 'ask',
  usage: '--project DIR "question" [--threshold 0…1] [--json]',
  summary:
    'Answers from geometry: how many …; how far is … from …; how large is …; how large is the room; which is nearest to …: …, …; standing at … facing …, is … left or right (or back; or where is …); route from … facing … to …, …; in which order do …, … appear.',
  async run(args) {
    const { values, positionals } = argumentsOf(askCommand, args, {
      project: { type: 'string' },
      threshold: { type: 'string', default: '0.5' },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined) throw badUsage(askCommand, '--project is missing');
    if (positionals.length === 0) throw badUsage(askCommand, 'the question is missing');
    const threshold = Number(values.threshold);
    if (!(threshold >= 0 && threshold <= 1)) throw badUsage(askCommand, '--threshold takes a number from 0 to 1');
    return withSplats(resolve(values.project), async (terminal, { photos }) => {
      const answer = await terminal.do('space.answer', { text: positionals.join(' '), threshold });
      const { kind, sentence, quantity, choice, formula, notices, marks, ms } = answer;
      if (!values.json) return [sentence, ...notices, formula].join('\n');
      const names = new Map(photos.map(({ id, name }) => [id, name]));
      return JSON.stringify({
        kind,
        sentence,
        value: quantity?.value ?? null,
        error: quantity && errorOf(quantity),
        metric: quantity?.isMetric ?? null,
        choice,
        formula,
        notices,
        photos: answer.photos.map(({ photoId }) => names.get(photoId) ?? photoId),
        marks,
        ms,
      });
    });
  },
};
