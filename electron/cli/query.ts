// `query`: asks a project in words; the answer is that of the studio's Ask panel.

import { resolve } from 'node:path';
import type { AskReply } from '../contract/scene-requests.ts';
import type { Photo } from '../../projects/format/scene.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { ProgressLine } from './progress.ts';
import { TerminalStudio } from './terminal-studio.ts';

export const queryCommand: Command = {
  name: 'query',
  usage: '--project DIR "words" [--threshold 0…1] [--json]',
  summary: 'Finds things in the scene by words: colours, surfaces, places, sizes, and, or, not.',
  async run(args) {
    const { values, positionals } = argumentsOf(queryCommand, args, {
      project: { type: 'string' },
      threshold: { type: 'string', default: '0.5' },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined) throw badUsage(queryCommand, '--project is missing');
    if (positionals.length === 0) throw badUsage(queryCommand, 'the words are missing');
    const threshold = Number(values.threshold);
    if (!(threshold >= 0 && threshold <= 1)) throw badUsage(queryCommand, '--threshold takes a number from 0 to 1');
    return ask(resolve(values.project), positionals.join(' '), threshold, values.json);
  },
};

async function ask(folder: string, text: string, threshold: number, json: boolean): Promise<number> {
  const terminal = new TerminalStudio();
  const line = new ProgressLine();
  terminal.on('splats.progress', ({ done, total }) => line.show('Making splats', done / total, `${done}/${total}`));
  terminal.on('notice', ({ sentence }) => line.say(sentence));
  try {
    const { photos } = await terminal.do('projects.open', { folder });
    await terminal.do('scene.splat', null);
    const reply = await terminal.do('scene.ask', { text, threshold, notThis: [] });
    line.end();
    const report = reportOf(reply, photos);
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else process.stdout.write(`${sentencesOf(text, report).join('\n')}\n`);
    return 0;
  } finally {
    line.end();
    await terminal.close();
  }
}

interface QueryReport {
  /** Splats that are hits, and their share of all. */
  splats: number;
  share: number;
  instances: {
    box: { min: readonly number[]; max: readonly number[] };
    center: readonly number[];
    count: number;
    score: number;
    photos: string[];
  }[];
  photos: string[];
  ms: number;
}

function reportOf(reply: AskReply, photos: readonly Photo[]): QueryReport {
  const names = new Map(photos.map(({ id, name }) => [id, name]));
  const named = (evidence: AskReply['photos']): string[] =>
    evidence.map(({ photoId }) => names.get(photoId) ?? photoId);
  return {
    splats: reply.hits,
    share: reply.hits / reply.splats,
    instances: reply.instances.map(({ box, center, count, score, photos: seen }) => ({
      box,
      center,
      count,
      score,
      photos: named(seen),
    })),
    photos: named(reply.photos),
    ms: reply.ms,
  };
}

function sentencesOf(text: string, { splats, share, instances, photos }: QueryReport): string[] {
  if (splats === 0) return [`Nothing is “${text}”.`];
  const number = (value: number): string => value.toFixed(2);
  return [
    `${splats} splats are “${text}” (${(100 * share).toFixed(1)} %), in ${instances.length} ${instances.length === 1 ? 'piece' : 'pieces'}.`,
    ...instances
      .slice(0, 10)
      .map(
        ({ box: { min, max }, center, count, score }, i) =>
          `${i + 1}. ${count} splats, score ${number(score)}, ${max.map((v, k) => number(v - min[k])).join(' × ')} at (${center.map(number).join(', ')})`,
      ),
    ...(photos.length > 0 ? [`Best seen in ${photos.slice(0, 5).join(', ')}.`] : []),
  ];
}
