// The home page's list of projects.

import type { ProjectInfo } from '../../projects/format/scene.ts';
import type { StudioCalls } from './studio-calls.ts';

export class LibraryState {
  private readonly calls: StudioCalls;
  /** null until the host has answered. */
  projects = $state.raw<readonly ProjectInfo[] | null>(null);

  constructor(calls: StudioCalls) {
    this.calls = calls;
  }

  async refresh(): Promise<void> {
    this.projects = (await this.calls.ask('projects.recent', null, 'app')) ?? this.projects ?? [];
  }
}
