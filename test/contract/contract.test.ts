// The contract is kept on both sides: every command is handled, every event is sent, every error has its sentence.

import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { commandInputs, commandNames } from '../../electron/contract/commands.ts';
import { eventNames } from '../../electron/contract/events.ts';
import { handlers } from '../../electron/studio/handlers/all.ts';
import { sentences, type ErrorCode } from '../../projects/format/errors.ts';
import { fail } from '../../projects/format/result.ts';
import { readSources, walk } from '../support/source-graph.ts';

const sources = [...readSources().values()].filter(({ path }) => !path.startsWith('test/'));
const codes = Object.keys(sentences) as ErrorCode[];

/** Text literals by the file they stand in. */
const literals = new Map(
  sources.map(({ path, syntax }) => {
    const found = new Set<string>();
    walk(syntax, (node) => {
      if (ts.isStringLiteralLike(node)) found.add(node.text);
    });
    return [path, found];
  }),
);
const literalIn = (folder: string, text: string): boolean =>
  [...literals].some(([path, found]) => path.startsWith(folder) && found.has(text));

describe('commands', () => {
  test('each has a handler, and there is no handler without a command', () => {
    expect(Object.keys(handlers).toSorted()).toEqual(commandNames.toSorted());
  });

  test('each has a schema that refuses nonsense', () => {
    for (const command of commandNames) {
      const result = commandInputs[command]['~standard'].validate({ nonsense: Number.NaN });
      const issues = 'issues' in result ? result.issues : undefined;
      // Settings are all optional: an object without them changes nothing.
      if (command !== 'settings.set') expect(issues?.length, command).toBeGreaterThan(0);
    }
  });
});

test.each(eventNames)('the event %s is sent by the core', (event) => {
  expect(literalIn('electron/studio/', event)).toBe(true);
});

describe('errors', () => {
  test.each(codes)('%s has one sentence that a person can read', (code) => {
    const details = Object.fromEntries(
      [...sentences[code].matchAll(/\{(\w+)\}/g)].map(([, key]) => [key!, 'IMG_1.jpg']),
    );
    const { sentence } = fail(code, details).error;
    expect(sentence).toMatch(/^(I |IMG_1\.jpg|[A-Z])[^{}]*\.$/);
    expect(sentence.length).toBeLessThan(160);
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test('a reason that ends its own sentence gets no second full stop', () => {
    expect(fail('run-failed', { reason: 'the disk is full.' }).error.sentence).toBe(
      'The reconstruction stopped: the disk is full.',
    );
  });

  test('each is raised somewhere', () => {
    const silent = codes.filter(
      (code) => ![...literals].some(([path, found]) => path !== 'projects/format/errors.ts' && found.has(code)),
    );
    expect(silent).toEqual([]);
  });
});
