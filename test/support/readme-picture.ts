// Makes the picture of the README (build/pictures/workspace.webp): the real studio with the sample room, asked a question.
//
//   node test/support/readme-picture.ts [PROJECT]     a project of the sample; without it the sample is reconstructed first

import sharp from 'sharp';
import { inRepository } from '../../build/sources.ts';
import { openStudio, type StudioDriver } from './studio-driver.ts';

const project = process.argv[2];
const studio = await openStudio(project === undefined ? {} : { project: 'Empty' });
const { page } = studio;
try {
  if (project === undefined) await studio.waitForRun('done', 1_800_000);
  else await studio.tell('projects.open', { folder: project });
  await page.getByRole('button', { name: 'Splats', exact: true }).click({ timeout: 600_000 });
  await page.getByText('Making splats').waitFor({ state: 'detached', timeout: 600_000 });
  await stillPicture(studio);
  // From a little higher and nearer than the studio opens it.
  await studio.orbit(0, 45);
  await page.mouse.move(500, 330);
  await page.mouse.wheel(0, -120);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  for (const question of ['large green', 'green']) {
    await page.getByTestId('question').fill(question);
    await studio.press('Enter');
    await page.getByText(`“${question}”`, { exact: true }).waitFor({ timeout: 120_000 });
  }
  await page.getByText('Mask', { exact: true }).click();
  await page.locator('canvas').first().hover();
  const picture = await stillPicture(studio);
  await sharp(picture)
    .webp({ quality: 82 })
    .toFile(inRepository('build', 'pictures', 'workspace.webp'));
  if (studio.problems().length > 0) throw new Error(studio.problems().join('\n'));
} finally {
  await studio.close();
}

/** The page once nothing changes any more: two pictures in a row that are the same. */
async function stillPicture({ page }: StudioDriver): Promise<Buffer> {
  let last = await page.screenshot();
  for (;;) {
    await page.waitForTimeout(4000);
    const next = await page.screenshot();
    if (next.equals(last)) return next;
    last = next;
  }
}
