import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // they fetch gigabytes and take minutes: npm run test:live; or need Python's packages: npm run test:oracle
    exclude: [...configDefaults.exclude, 'test/live/**', 'test/oracle/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // two cores: a real Envoy, the sidecar and the test share them
    maxWorkers: 2,
  },
});
