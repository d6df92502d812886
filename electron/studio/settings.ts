// Settings of this user, in settings.json of the data folder.

import { join } from 'node:path';
import * as v from 'valibot';
import type { CommandInput, StudioSettings } from '../contract/commands.ts';
import { readJson, writeJson } from './json-file.ts';

const schema = v.object({ theme: v.picklist(['dark', 'light', 'system']), reducedQuality: v.boolean() });
const defaults: StudioSettings = { theme: 'system', reducedQuality: false };

export class SettingsFile {
  readonly #path: string;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'settings.json');
  }

  read(): Promise<StudioSettings> {
    return readJson(this.#path, schema, defaults);
  }

  async change(change: CommandInput<'settings.set'>): Promise<StudioSettings> {
    const before = await this.read();
    const after = {
      theme: change.theme ?? before.theme,
      reducedQuality: change.reducedQuality ?? before.reducedQuality,
    };
    await writeJson(this.#path, after);
    return after;
  }
}
