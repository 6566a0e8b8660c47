import { defineConfig } from 'vitest/config';
import { environmentOfChildren, switchOff } from './test/rules/switch-off.ts';

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [switchOff()],
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          env: environmentOfChildren(),
          // The cache does not know of the switch: a run could get the source of another one.
          fsModuleCache: !process.env['SATCHEL_RULE_OFF'],
          // Many tests start processes and servers; on a busy machine with two cores a start alone takes a second.
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
    ],
    maxWorkers: 2,
  },
});
