// Reads what Vitest wrote about a run and counts it: a file that could not even be loaded is a failure too.

import * as v from 'valibot';

const reportSchema = v.object({
  success: v.boolean(),
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  numTodoTests: v.number(),
  testResults: v.array(
    v.object({
      name: v.string(),
      status: v.string(),
      assertionResults: v.array(v.object({ status: v.string(), fullName: v.string() })),
    }),
  ),
});

export interface Count {
  passed: number;
  /** One name each. */
  failed: string[];
}

/**
 * Counts a JSON report. Tests that were left out count as failed: here nothing is skipped in silence.
 * A run that calls itself failed has at least one failure, whatever the numbers say (errors outside of tests).
 */
export function countReport(json: string): Count {
  const report = v.parse(reportSchema, JSON.parse(json));
  const failed = report.testResults.flatMap(({ name, status, assertionResults }) => {
    const bad = assertionResults.filter((test) => test.status !== 'passed').map((test) => test.fullName);
    return bad.length === 0 && status !== 'passed' ? [name] : bad;
  });
  if (!report.success && failed.length === 0) failed.push('an error outside of the tests');
  return { passed: report.numPassedTests, failed };
}
