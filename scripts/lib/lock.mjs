import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs `work` while no other process does so in the same folder; waits for its turn. A lock whose owner is dead counts
 * for nothing.
 * @template Result
 * @param {string} folder is made when missing
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(folder, work) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'prepare.lock');
  const release = () => rmSync(lock, { force: true });
  for (let waiting = false; !take(lock); waiting = true) {
    if (!waiting) console.error('Another command is preparing this folder; waiting for it …');
    await wait(200);
  }
  // work may end the process
  process.on('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(ownerOf(lock))) rmSync(lock, { force: true });
  return false;
}

function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || process.pid;
  } catch {
    // given back between the two looks: nobody owns it, and the next attempt will tell
    return process.pid;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
