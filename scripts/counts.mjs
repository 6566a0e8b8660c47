import { writeFileSync } from 'node:fs';

/**
 * A vitest reporter that writes what happened to the file named by SATCHEL_COUNTS, as JSON: `{ passed, failed, skipped,
 * tests: [{ name, file, state, tries }] }`. A file that cannot be loaded, a failed hook and an error outside every test
 * have no test to show them; each counts as one failure, or a broken run could read as "0 failed".
 */
export default class Counts {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => ({
        name: test.fullName,
        file: module.moduleId,
        state: test.result().state,
        tries: 1 + (test.diagnostic()?.retryCount ?? 0),
      })),
    );
    const count = (state) => tests.filter((test) => test.state === state).length;
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = groups.reduce((sum, group) => sum + group.errors().length, unhandledErrors.length);
    const result = {
      passed: count('passed'),
      failed: count('failed') + broken,
      skipped: count('skipped'),
      tests,
    };
    if (process.env.SATCHEL_COUNTS) writeFileSync(process.env.SATCHEL_COUNTS, JSON.stringify(result));
  }
}
