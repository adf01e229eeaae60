// Writes the captured blocks of README.md from a real run: `npm run capture`. Needs a build and an Envoy, as `npm start` does.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceBlock } from './lib/generated-blocks.mjs';
import { prepare, ROOT } from './lib/prepare.mjs';

const GATEWAY = '127.0.0.1:19750';
const ADMIN = '127.0.0.1:19751';
const SIDECAR = '127.0.0.1:19752';
const BODY = {
  model: 'any-model',
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: 16,
  messages: [{ role: 'user', content: 'Say hi' }],
};

await prepare();
const flags = ['--upstream', 'simulated', '--gateway', GATEWAY, '--admin', ADMIN, '--listen', SIDECAR];
const up = spawn(process.execPath, [join(ROOT, 'dist', 'main.js'), 'up', ...flags], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let screen = '';
up.stdout.setEncoding('utf8').on('data', (text) => {
  screen += text;
});
try {
  await until(() => screen.includes('Calls appear here'));
  const answer = await fetch(`http://${GATEWAY}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'agent-session-id': 'demo' },
    body: JSON.stringify(BODY),
  });
  await answer.text();
  await until(() => screen.includes('session demo'));
  const spans = /Spans +(\S+)/.exec(screen)?.[1] ?? '';
  const log = /Access log +(\S+)/.exec(screen)?.[1] ?? '';
  await until(() => readFileSync(spans, 'utf8').includes('\n') && readFileSync(log, 'utf8').includes('\n'));
  const metrics = await (await fetch(`http://${ADMIN}/metrics`)).text();
  const path = join(ROOT, 'README.md');
  let readme = readFileSync(path, 'utf8');
  readme = replaceBlock(readme, 'call', fence('', screen.slice(screen.indexOf('time  ')).trimEnd()));
  readme = replaceBlock(
    readme,
    'span',
    fence('json', JSON.stringify(JSON.parse(readFileSync(spans, 'utf8')), null, 2)),
  );
  readme = replaceBlock(readme, 'metrics', fence('', histogramLines(metrics)));
  readme = replaceBlock(
    readme,
    'access-log',
    fence('json', JSON.stringify(JSON.parse(readFileSync(log, 'utf8')), null, 2)),
  );
  writeFileSync(path, readme);
  console.error('README.md has what this run printed.');
} finally {
  up.kill('SIGINT');
}

function fence(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** The counts and sums of the four histograms; buckets would fill a page. */
function histogramLines(page) {
  return page
    .split('\n')
    .filter((line) => /^gen_ai_\w+_(count|sum)\{/.test(line))
    .join('\n');
}

async function until(condition) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      if (condition()) return;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    if (Date.now() > deadline || up.exitCode !== null) throw new Error(`up did not get there:\n${screen}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
