// `npm run bench [name…]`: runs the benches of this folder one after another and prints one table against the targets of the product.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRow } from './row.ts';

/** A bench is a file that exports `run`; others here are helpers, or programs for models that do not come with the studio. */
async function benchNames(): Promise<string[]> {
  const names: string[] = [];
  for (const file of (await readdir(import.meta.dirname)).sort())
    if (/^export async function run\(/m.test(await readFile(join(import.meta.dirname, file), 'utf8')))
      names.push(file.replace(/\.ts$/, ''));
  return names;
}

async function main(wanted: readonly string[]): Promise<number> {
  const names = await benchNames();
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no bench ${unknown}. These exist: ${names.join(', ')}.`);
    return 2;
  }
  const rows: BenchRow[] = [];
  let broken = 0;
  for (const name of wanted.length > 0 ? wanted : names) {
    process.stderr.write(`${name} …\n`);
    try {
      const { run } = (await import(`./${name}.ts`)) as { run: () => Promise<BenchRow[]> };
      rows.push(...(await run()));
    } catch (error) {
      broken++;
      console.error(`${name} could not be measured:`, error);
    }
  }
  console.log(table(rows));
  const missed = rows.filter(({ ok }) => !ok).length;
  const without = rows.filter(({ value }) => value === null).length;
  console.log(`${rows.length - missed - without} met, ${missed} missed, ${broken + without} not measured`);
  return missed + broken > 0 ? 1 : 0;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ name, value, target, unit, ok, note }) => [
    target === null || value === null ? '' : ok ? 'ok' : 'MISSED',
    name,
    value === null ? 'not measured' : `${shown(value)} ${unit}`,
    target === null ? '' : `${target} ${unit}`,
    note,
  ]);
  const all = [['', 'what', 'measured', 'target', 'how'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const shown = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
