// The count at the end of `npm test` cannot look better than the run was.

import { expect, test } from 'vitest';
import { countReport } from '../../../build/vitest-report.ts';

interface Case {
  success?: boolean;
  files?: { name: string; status: string; tests: string[] }[];
}

function report({ success = true, files = [] }: Case): string {
  const tests = files.flatMap((file) => file.tests);
  return JSON.stringify({
    success,
    numPassedTests: tests.filter((status) => status === 'passed').length,
    numFailedTests: tests.filter((status) => status === 'failed').length,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: files.map(({ name, status, tests }) => ({
      name,
      status,
      assertionResults: tests.map((status, testIdx) => ({ status, fullName: `${name} ${testIdx}` })),
    })),
  });
}

test('passed and failed tests are counted, failed ones by name', () => {
  const files = [{ name: 'a', status: 'failed', tests: ['passed', 'failed', 'passed'] }];
  expect(countReport(report({ success: false, files }))).toEqual({ passed: 2, failed: ['a 1'] });
});

test('a file that could not be loaded is a failure', () => {
  const files = [
    { name: 'broken.test.ts', status: 'failed', tests: [] },
    { name: 'a', status: 'passed', tests: ['passed'] },
  ];
  expect(countReport(report({ success: false, files }))).toEqual({ passed: 1, failed: ['broken.test.ts'] });
});

test.each(['pending', 'skipped', 'todo'])('a test that is %s is a failure', (status) => {
  const files = [{ name: 'a', status: 'passed', tests: ['passed', status] }];
  expect(countReport(report({ files }))).toEqual({ passed: 1, failed: ['a 1'] });
});

test('an error outside of the tests is a failure', () => {
  const files = [{ name: 'a', status: 'passed', tests: ['passed'] }];
  expect(countReport(report({ success: false, files })).failed).toEqual(['an error outside of the tests']);
});

test('a report of another shape is refused', () => {
  expect(() => countReport('{"numPassedTests": 5}')).toThrow();
});
