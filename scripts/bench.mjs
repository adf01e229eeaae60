import { runBench } from '../bench/run.mjs';

try {
  process.exitCode = await runBench({ envoy: process.env['ENVOY_BIN'], commandArguments: process.argv.slice(2) });
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
