import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/oracle/*.oracle.ts'], hookTimeout: 60_000 },
});
