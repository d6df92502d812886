// `query`: asks a project in words; the answer is that of the studio's Ask panel.

import { resolve } from 'node:path';
import type { AskReply } from '../contract/scene-requests.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Photo } from '../../projects/format/scene.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { withSplats } from './with-splats.ts';
import { wordsOf } from './words.ts';

export const queryCommand: Command = {
  name: 'query',
  usage: '--project DIR "words" [--threshold 0…1] [--json | --csv FILE] | --project DIR --labels "NAME" [--json]',
  summary:
    'Finds things in the scene by words: colours, surfaces, places, sizes, and, or, not. With --csv, words set apart by commas become an inventory. With --labels, a label set kept in the project shares the splats among its words.',
  async run(args) {
    const { values, positionals } = argumentsOf(queryCommand, args, {
      project: { type: 'string' },
      threshold: { type: 'string', default: '0.5' },
      json: { type: 'boolean', default: false },
      csv: { type: 'string' },
      labels: { type: 'string' },
    });
    if (values.project === undefined) throw badUsage(queryCommand, '--project is missing');
    if (values.labels !== undefined) return labelled(resolve(values.project), values.labels, values.json);
    if (positionals.length === 0) throw badUsage(queryCommand, 'the words are missing');
    const threshold = Number(values.threshold);
    if (!(threshold >= 0 && threshold <= 1)) throw badUsage(queryCommand, '--threshold takes a number from 0 to 1');
    if (values.csv !== undefined)
      return count(resolve(values.project), positionals.join(' '), threshold, resolve(values.csv));
    return ask(resolve(values.project), positionals.join(' '), threshold, values.json);
  },
};

const ask = (folder: string, text: string, threshold: number, json: boolean): Promise<number> =>
  withSplats(folder, async (terminal, { photos }) => {
    const report = reportOf(await terminal.do('scene.ask', { text, threshold, notThis: [] }), photos);
    return json ? JSON.stringify(report) : sentencesOf(text, report).join('\n');
  });

const count = (folder: string, text: string, reject: number, csv: string): Promise<number> =>
  withSplats(folder, async (terminal) => {
    const words = wordsOf(text);
    if (words.length === 0) throw badUsage(queryCommand, 'the words are missing');
    return (await terminal.do('scene.inventory', { words, reject, path: csv })).path;
  });

/** Every splat by the word of a saved label set that fits it best, as the studio's Labels view counts them. */
const labelled = (folder: string, name: string, json: boolean): Promise<number> =>
  withSplats(folder, async (terminal, { labels: { sets } }) => {
    const set = sets.find((each) => each.name === name);
    if (!set)
      throw new StudioFailure('bad-input', {
        reason: `the project has no label set “${name}”; it has ${sets.map((each) => `“${each.name}”`).join(', ')}`,
      });
    const words = set.labels.map(({ word }) => word);
    const { counts } = await terminal.do('scene.label', { words, reject: set.reject });
    const lines = [...words, 'none of these'].map((word, i) => ({ word, splats: counts[i] }));
    if (json) return JSON.stringify({ name, reject: set.reject, labels: lines });
    return lines
      .map(({ word, splats }) => `${splats} splats are “${word}”.`)
      .join('\n')
      .replace('“none of these”', 'none of these');
  });

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
  notices: string[];
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
    notices: reply.notices,
    ms: reply.ms,
  };
}

function sentencesOf(text: string, { splats, share, instances, photos, notices }: QueryReport): string[] {
  if (splats === 0) return [`Nothing is “${text}”.`];
  const number = (value: number): string => value.toFixed(2);
  return [
    `${splats} splats are “${text}” (${(100 * share).toFixed(1)} %), in ${instances.length} ${instances.length === 1 ? 'piece' : 'pieces'}.`,
    ...notices,
    ...instances
      .slice(0, 10)
      .map(
        ({ box: { min, max }, center, count, score }, i) =>
          `${i + 1}. ${count} splats, score ${number(score)}, ${max.map((v, k) => number(v - min[k])).join(' × ')} at (${center.map(number).join(', ')})`,
      ),
    ...(photos.length > 0 ? [`Best seen in ${photos.slice(0, 5).join(', ')}.`] : []),
  ];
}
