// `reconstruct`: photos become a project, or a project goes on with the photos that came since.

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ImportProgress, ProjectSnapshot, RunProgress } from '../contract/commands.ts';
import { projectLayout } from '../../projects/format/layout.ts';
import { errorOf, StudioFailure } from '../../projects/format/result.ts';
import {
  revisitIds,
  updateRuleIds,
  type PhotoId,
  type RevisitId,
  type Run,
  type RunSettings,
  type UpdateRuleId,
} from '../../projects/format/scene.ts';
import { defaultModelId, ModelCatalog } from '../studio/model-catalog.ts';
import { userFolders, zooFolder } from '../studio/node-host.ts';
import { argumentsOf, badUsage, wholeNumber, type Command } from './command.ts';
import { polishSplats } from './polish.ts';
import { duration, ProgressLine } from './progress.ts';
import { reportOf, sentencesOf, shownRun } from './reconstruct-report.ts';
import { interruptedCode, onInterrupt, TerminalStudio } from './terminal-studio.ts';

interface Wishes {
  sources: string[];
  project: string;
  /** null: the method of the run that goes on, or the default one. */
  engine: string | null;
  /** null: as the run that goes on has it. */
  refine: boolean | null;
  /** null: as the run that goes on has it. */
  updateRule: UpdateRuleId | null;
  /** null: as the run that goes on has it. */
  revisit: RevisitId | null;
  /** 'none' leaves gaps open; null: as the run that goes on has it. */
  gaps: string | null;
  polish: boolean;
  sizePx: number | null;
  maxFrames: number | null;
  /** Counts from one, in input order; null: nothing is replayed. */
  replayFrom: number | null;
  json: boolean;
}

export const reconstructCommand: Command = {
  name: 'reconstruct',
  usage:
    '<folder|files|video> --project DIR [--engine ID] [--refine on|off] [--update-rule plain|ttt3r|filt3r|memix] [--revisit none|frozen|updating] [--gaps ID|none] [--polish on|off] [--size PX] [--max-frames N] [--replay-from N] [--json]',
  summary: 'Turns photos into a project; run again, it goes on with what is new.',
  run: (args) => reconstruct(wishesOf(args)),
};

function wishesOf(args: string[]): Wishes {
  const { values, positionals } = argumentsOf(reconstructCommand, args, {
    project: { type: 'string' },
    engine: { type: 'string' },
    refine: { type: 'string' },
    'update-rule': { type: 'string' },
    revisit: { type: 'string' },
    gaps: { type: 'string' },
    polish: { type: 'string', default: 'off' },
    size: { type: 'string' },
    'max-frames': { type: 'string' },
    'replay-from': { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  if (values.project === undefined) throw badUsage(reconstructCommand, '--project is missing');
  if (values.refine !== undefined && values.refine !== 'on' && values.refine !== 'off')
    throw badUsage(reconstructCommand, `--refine takes on or off, not ${values.refine}`);
  const updateRule = oneOf('update-rule', updateRuleIds, values['update-rule']);
  const revisit = oneOf('revisit', revisitIds, values.revisit);
  const polish = oneOf('polish', ['on', 'off'] as const, values.polish) === 'on';
  const project = resolve(values.project);
  if (positionals.length === 0 && !isProject(project)) throw badUsage(reconstructCommand, 'no photos were named');
  return {
    sources: positionals.map((source) => resolve(source)),
    project,
    engine: values.engine ?? null,
    refine: values.refine === undefined ? null : values.refine === 'on',
    updateRule,
    revisit,
    gaps: values.gaps ?? null,
    polish,
    sizePx: wholeNumber('size', values.size, 64),
    maxFrames: wholeNumber('max-frames', values['max-frames'], 1),
    replayFrom: wholeNumber('replay-from', values['replay-from'], 1),
    json: values.json,
  };
}

/** null: not given. */
function oneOf<T extends string>(name: string, ids: readonly T[], value: string | undefined): T | null {
  const found = ids.find((id) => id === value) ?? null;
  if (found === null && value !== undefined)
    throw badUsage(reconstructCommand, `--${name} takes one of ${ids.join(', ')}, not ${value}`);
  return found;
}

const isProject = (folder: string): boolean => existsSync(join(folder, projectLayout.database));

async function reconstruct(wishes: Wishes): Promise<number> {
  const terminal = new TerminalStudio();
  const line = new ProgressLine();
  const notices: string[] = [];
  terminal.on('notice', ({ sentence }) => {
    notices.push(sentence);
    line.say(sentence);
  });
  let interrupted = false;
  const letGo = onInterrupt(() => {
    interrupted = true;
    line.say('Pausing after this photo; press Ctrl-C again to stop at once.');
    void terminal.studio.invoke('import.cancel', null);
    void terminal.studio.invoke('run.pause', null);
    void terminal.studio.invoke('polish.cancel', null);
  });
  try {
    const imported = await openWithPhotos(terminal, wishes, line);
    const progress = interrupted ? null : await drive(terminal, wishes, line);
    if (wishes.polish && !interrupted) await polishOnce(terminal, line);
    const snapshot = await terminal.do('project.snapshot', null);
    line.end();
    if (!snapshot) throw new StudioFailure('no-project');
    const report = reportOf(snapshot, progress, imported, notices);
    if (wishes.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else process.stdout.write(`${sentencesOf(report).join('\n')}\n`);
    const status = shownRun(snapshot)?.status;
    if (interrupted || status === 'paused') {
      line.say(`Paused. To go on: reconstruct --project ${wishes.project}`);
      return interrupted ? interruptedCode : 1;
    }
    return status === 'done' ? 0 : 1;
  } finally {
    letGo();
    await terminal.close();
  }
}

/** Opens or makes the project and imports the sources; null when there was nothing to import. */
async function openWithPhotos(
  terminal: TerminalStudio,
  { sources, project, engine, gaps }: Wishes,
  line: ProgressLine,
): Promise<ImportProgress | null> {
  // Before a thousand photos are read for nothing.
  const catalog = new ModelCatalog(zooFolder, userFolders().dataFolder);
  for (const id of [engine, gapsOf(gaps)]) if (id !== null) await catalog.packFolder(id);
  const existed = isProject(project);
  if (existed) await terminal.do('projects.open', { folder: project });
  else await terminal.do('projects.create', { name: basename(project), folder: project });
  if (sources.length === 0) return null;
  const unsubscribe = terminal.on('import.progress', ({ found, done, rate }) =>
    line.show('Importing', found > 0 ? done / found : null, `${done}/${found}${perSecond(rate)}`),
  );
  try {
    const through = terminal.next('import.progress', ({ stage }) => stage === 'done' || stage === 'cancelled');
    await terminal.do('import.start', { sources: sources.map((path) => ({ kind: 'path', path })), copy: false });
    const imported = await through;
    const photos = (await terminal.do('project.snapshot', null))?.photos ?? [];
    if (photos.length === 0) {
      const [first] = imported.skipped;
      throw new StudioFailure('no-photos', {
        source: `${sources.map((source) => basename(source)).join(', ')} that can be read${first ? ` (${first.reason.replace(/\.$/, '')})` : ''}`,
      });
    }
    // On a second visit everything is known already: that is no news.
    const skipped = existed ? imported.skipped.filter(({ code }) => code !== 'photo-duplicate') : imported.skipped;
    for (const { reason } of skipped) line.say(reason);
    return { ...imported, skipped };
  } catch (error) {
    // A project that never had a photo is not left behind.
    if (!existed) await terminal.studio.invoke('projects.delete', { folder: project });
    throw error;
  } finally {
    unsubscribe();
  }
}

/** Starts a run or goes on with the one that is shown; returns how it ended, null when there was nothing to do. */
async function drive(terminal: TerminalStudio, wishes: Wishes, line: ProgressLine): Promise<RunProgress | null> {
  const snapshot = await terminal.do('project.snapshot', null);
  if (!snapshot) throw new StudioFailure('no-project');
  const unsubscribe = terminal.on('run.progress', (progress) =>
    line.show(progress.stage, progress.fraction, rates(progress)),
  );
  const rested = terminal.next('run.progress', ({ status }) => status !== 'running');
  try {
    const shown = shownRun(snapshot);
    if (wishes.replayFrom !== null)
      await terminal.do('run.branch', { photoIds: [photoAt(snapshot, wishes.replayFrom)] });
    else if (shown && goesOn(shown, wishes)) {
      const maxFrames = wishes.maxFrames ?? shown.settings.maxFrames;
      if (shown.status === 'done' && nothingNew(snapshot, maxFrames)) return null;
      await terminal.do('run.resume', { maxFrames });
    } else {
      const { sizePx, maxFrames, refine, updateRule, revisit, gaps } = wishes;
      const settings: RunSettings = {
        sizePx,
        maxFrames,
        refine: refine ?? true,
        updateRule: updateRule ?? 'plain',
        revisit: revisit ?? 'none',
        depthModelId: gapsOf(gaps),
      };
      await terminal.do('run.start', { modelId: wishes.engine ?? shown?.modelId ?? defaultModelId, settings });
    }
    return await rested;
  } finally {
    unsubscribe();
  }
}

/** @throws StudioFailure bad-input */
function photoAt({ photos }: ProjectSnapshot, photoNumber: number): PhotoId {
  const photo = photos[photoNumber - 1];
  if (!photo) throw new StudioFailure('bad-input', { reason: `the project has no photo ${photoNumber}.` });
  return photo.id;
}

/** Polishes unless all splats are polished already; what it cannot do is a warning. */
async function polishOnce(terminal: TerminalStudio, line: ProgressLine): Promise<void> {
  const snapshot = await terminal.do('project.snapshot', null);
  if (!snapshot || shownRun(snapshot)?.status !== 'done') return;
  const { gaussians, frames } = snapshot;
  const polished = new Set(gaussians.filter(({ id, fileId }) => id !== fileId).map(({ frameId }) => frameId));
  if (frames.every(({ id, status }) => status !== 'placed' || polished.has(id))) return;
  await polishSplats(terminal, line).catch((error: unknown) => line.say(errorOf(error).sentence));
}

const gapsOf = (gaps: string | null): string | null => (gaps === 'none' ? null : gaps);

/** Whether the run is the one that was asked for; another method, size, refinement, rule, way of revisiting or filling of gaps makes another run. */
function goesOn({ modelId, settings }: Run, { engine, sizePx, refine, updateRule, revisit, gaps }: Wishes): boolean {
  return (
    (engine === null || engine === modelId) &&
    (sizePx === null || sizePx === settings.sizePx) &&
    (refine === null || refine === settings.refine) &&
    (updateRule === null || updateRule === settings.updateRule) &&
    (revisit === null || revisit === settings.revisit) &&
    (gaps === null || gapsOf(gaps) === settings.depthModelId)
  );
}

function nothingNew({ photos, frames }: ProjectSnapshot, maxFrames: number | null): boolean {
  const met = new Set(frames.map(({ photoId }) => photoId));
  return photos.slice(0, maxFrames ?? photos.length).every(({ id }) => met.has(id));
}

function rates({ done, total, msPerPhoto, msLeft, rssMb }: RunProgress): string {
  return [
    `${done}/${total}`,
    ...(msPerPhoto === null ? [] : [`${(msPerPhoto / 1000).toFixed(1)} s a photo`]),
    ...(msLeft === null ? [] : [`${duration(msLeft)} left`]),
    ...(rssMb === null ? [] : [`${Math.round(rssMb)} MB`]),
  ].join(' · ');
}

const perSecond = (rate: number | null): string => (rate === null ? '' : ` · ${rate.toFixed(0)} photos a second`);
