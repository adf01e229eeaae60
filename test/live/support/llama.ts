import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LlamaModel, startLlamaModel } from '../../../src/up/llama-model.js';
import { createProgress } from '../../../src/up/progress.js';

/** The small model behind llama.cpp's server, as `npm start` starts it, with a log in a folder of its own. */
export async function startLlama(): Promise<LlamaModel> {
  const folder = await mkdtemp(join(tmpdir(), 'genai-extproc-llama-'));
  const model = await startLlamaModel({ env: process.env, progress: createProgress(process.stderr), folder });
  return {
    ...model,
    async close() {
      await model.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
