// Joins the host's events to the state: the only road by which anything becomes true in the interface.

import type { AppState } from './app-state.svelte.ts';
import { newRun } from './new-run.ts';

/** Subscribes to every event. Returns the function that ends all subscriptions. */
export function connect(app: AppState): () => void {
  const { api } = app;
  let reading = 0;
  const readSnapshot = async (): Promise<void> => {
    const turn = ++reading;
    const snapshot = await app.calls.ask('project.snapshot', null, 'app');
    if (turn === reading && snapshot) app.show(snapshot);
  };
  const ends = [
    api.on('project.opened', ({ project }) => {
      // The answer of the command that opened it may be on its way too; both say the same.
      if (app.project?.id !== project.id || app.shell.page === 'workspace') void readSnapshot();
    }),
    api.on('project.changed', ({ project }) => {
      if (app.project?.id === project.id) app.project = project;
      else void app.library.refresh();
    }),
    api.on('project.closed', () => app.leave()),
    api.on('import.progress', (progress) => {
      app.photos.import = progress;
      if (progress.stage === 'done') void startFirstRun(app);
    }),
    api.on('photos.added', ({ photos }) => app.photos.add(photos)),
    api.on('photos.replaced', ({ photos }) => app.photos.setReplaced(photos)),
    api.on('run.changed', ({ run }) => {
      if (!app.run.change(run)) return;
      app.frames.startRun(run);
      app.beliefs.reset([]);
      app.splats.reset([]);
      app.refinements.records = [];
      app.polish.records = [];
      app.inferred.clear();
    }),
    api.on('run.progress', (progress) => (app.run.progress = progress)),
    api.on('frames.changed', ({ frames }) => {
      app.frames.change(frames, app.run.shown?.id ?? null);
      // A point that was followed through other poses is not there any more.
      app.track.clear();
    }),
    api.on('chunks.added', ({ chunks, replaced }) => {
      app.frames.addChunks(chunks, replaced);
      app.splats.pointsReplaced(replaced);
    }),
    api.on('beliefs.changed', ({ beliefs }) => {
      // Of an older run, after a new one has begun: nobody shows it.
      app.beliefs.add(beliefs.filter(({ frameId }) => app.frames.get(frameId)));
    }),
    api.on('gaussians.added', ({ chunks, replaced }) => {
      app.splats.add(chunks, replaced);
      app.answers.changed();
    }),
    api.on('refinements.changed', ({ refinements }) => (app.refinements.records = refinements)),
    api.on('polishes.changed', ({ polishes, chunks }) => {
      app.polish.records = polishes;
      app.splats.chunks = chunks;
    }),
    api.on('polish.progress', ({ progress }) => app.polish.report(progress)),
    api.on('cameras.changed', ({ cameras }) => (app.path.cameras = cameras)),
    api.on('labels.changed', (labels) => app.labels.changed(labels)),
    api.on('splats.progress', (progress) => {
      app.splats.report(progress);
      // The last step may have been learned features: the splats are the same, what is known of them is not.
      if (progress.done === progress.total) app.answers.changed();
    }),
    api.on('state.saved', ({ state }) => app.frames.addSaved(state)),
    api.on('edits.changed', ({ edits }) => {
      const before = app.edits.answersKey;
      app.edits.records = edits;
      // What is hidden or deleted does not answer, and answers in metres are in those of the scale.
      if (app.edits.answersKey !== before) void app.answers.now();
    }),
    api.on('models.changed', () => void app.models.refresh()),
    api.on('models.progress', (progress) => (app.models.progress = progress)),
    api.on('notice', (notice) => app.notices.add(notice)),
  ];
  return () => ends.forEach((end) => end());
}

/** Photos dropped on the home page are wanted as a scene: their run starts when they are in. */
async function startFirstRun(app: AppState): Promise<void> {
  if (!app.startWhenImported || app.run.shown || app.photos.ordered.length === 0) return;
  app.startWhenImported = false;
  await app.calls.ask('run.start', newRun(app.models), 'run');
}

/** What a freshly loaded page does: reads what is there and decides which page to show. */
export async function start(app: AppState): Promise<void> {
  const ask = app.calls.ask;
  const [info, settings, snapshot] = await Promise.all([
    ask('app.info', null, 'app'),
    ask('settings.get', null, 'app'),
    ask('project.snapshot', null, 'app'),
    app.library.refresh(),
    app.models.refresh(),
  ]);
  app.shell.info = info;
  if (settings) app.shell.settings = settings;
  if (snapshot) return app.show(snapshot);
  const isFirstStart = app.library.projects?.length === 0;
  if (isFirstStart) await openSample(app);
  if (app.shell.page === 'starting') app.shell.page = 'home';
}

/** Opens the sample and says so in a line. */
export async function openSample(app: AppState): Promise<void> {
  const sample = await app.calls.ask('projects.openSample', null, 'app');
  if (!sample) return;
  app.show(sample);
  app.shell.sampleLine = true;
}
