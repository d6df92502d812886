// `npm run bench [name…]`: runs the benches of this folder one after another and prints one table against the targets of the product.

import { readdir } from 'node:fs/promises';
import type { BenchRow } from './row.ts';

/** Files here that are no benches. */
const helpers = new Set(['run.ts', 'row.ts', 'bench-studio.ts']);

async function benchNames(): Promise<string[]> {
  const files = await readdir(import.meta.dirname);
  return files
    .filter((file) => file.endsWith('.ts') && !helpers.has(file))
    .map((file) => file.slice(0, -3))
    .sort();
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
  console.log(`${rows.length - missed} met, ${missed} missed, ${broken} not measured`);
  return missed + broken > 0 ? 1 : 0;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ name, value, target, unit, ok, note }) => [
    target === null ? '' : ok ? 'ok' : 'MISSED',
    name,
    `${shown(value)} ${unit}`,
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
