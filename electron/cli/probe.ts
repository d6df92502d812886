// `models probe`: what the image encoders of installed packs know of a project's scene, side by side.

import type { FeatureProbe, ProbedViews } from '../contract/feature-probe.ts';
import { ProgressLine } from './progress.ts';
import { interruptedCode, onInterrupt, type TerminalStudio } from './terminal-studio.ts';

/** @param modelIds none: all packs that are installed @param every every so many-th photo is left out and drawn */
export async function probe(
  terminal: TerminalStudio,
  folder: string,
  modelIds: readonly string[],
  every: number,
  json: boolean,
): Promise<number> {
  const line = new ProgressLine();
  let interrupted = false;
  const letGo = onInterrupt(() => {
    interrupted = true;
    void terminal.studio.invoke('models.cancel', null);
  });
  terminal.on('models.progress', (progress) => progress && line.show(progress.stage, progress.fraction, ''));
  try {
    await terminal.do('projects.open', { folder });
    const report = await terminal.do('models.probe', { modelIds: modelIds.length === 0 ? null : [...modelIds], every });
    line.end();
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${linesOf(report).join('\n')}\n`);
    return 0;
  } catch (error) {
    if (interrupted) return interruptedCode;
    throw error;
  } finally {
    line.end();
    letGo();
  }
}

function linesOf({ photos, held, splats, scene, encoders }: FeatureProbe): string[] {
  const views = ({ psnr, ssim }: ProbedViews): string => `${psnr.toFixed(1)} dB ${ssim.toFixed(2)}`.padEnd(14);
  const width = Math.max(...encoders.map(({ name }) => name.length), 'the splats themselves'.length);
  return [
    `${held} photos drawn from ${splats.toLocaleString('en')} splats of ${photos} others, read out of features (PSNR, SSIM):`,
    `${''.padEnd(width)}  ${'geometry'.padEnd(14)}${'texture'.padEnd(14)}${'both'.padEnd(14)}depth AbsRel, δ<1.25`,
    `${'the splats themselves'.padEnd(width)}  ${views(scene).repeat(3)}`,
    ...encoders.map(
      ({ name, geometry, texture, all, depth }) =>
        `${name.padEnd(width)}  ${[geometry, texture, all].map(views).join('')}${depth.absRel.toFixed(3)}, ${depth.delta125.toFixed(2)}`,
    ),
  ];
}
