// Statements of the table `questions`: what was asked, newest first.

import type { Sql } from '../sql.ts';

const kept = 50;

export class QuestionsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  remember(text: string, askedAtMs: number): void {
    this.#sql.transaction(() => {
      this.#sql.run('INSERT OR REPLACE INTO questions (text, askedAtMs) VALUES (?, ?)', text, askedAtMs);
      this.#sql.run(
        'DELETE FROM questions WHERE text NOT IN (SELECT text FROM questions ORDER BY askedAtMs DESC LIMIT ?)',
        kept,
      );
    });
  }

  list(): string[] {
    return this.#sql.all('SELECT text FROM questions ORDER BY askedAtMs DESC, text').map(({ text }) => String(text));
  }
}
