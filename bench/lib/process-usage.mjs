import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks of `/proc/PID/stat` a second: fixed to 100 in Linux' interface to programs. */
const TICKS_PER_SECOND = 100;

/** A file of a thread; empty when the thread has ended since it was listed. */
function readThread(path) {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  }
}

/** A process and all that it started, however far down. */
export function processTree(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readThread(`${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/**
 * CPU time that a process and all that it started have used, all threads, user and system, in microseconds. Exact where the kernel keeps
 * `schedstat`; else in steps of 10 ms.
 */
export function readCpuMicros(pid) {
  return processTree(pid).reduce((sum, each) => sum + cpuMicrosOf(each), 0);
}

function cpuMicrosOf(pid) {
  if (!existsSync(`/proc/${pid}/schedstat`)) return parseCpuMicros(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const nanos = readdirSync(`/proc/${pid}/task`).map((thread) =>
    parseRunNanos(readThread(`${pid}/task/${thread}/schedstat`)),
  );
  return nanos.reduce((sum, each) => sum + each, 0) / 1000;
}

/** Nanoseconds on a core, from the text of a `schedstat`: time run, time waited, times scheduled. */
export function parseRunNanos(schedstat) {
  return Number(schedstat.split(' ')[0]);
}

/** CPU time in microseconds from the text of `/proc/PID/stat`; the program's name in it may hold blanks and parentheses. */
export function parseCpuMicros(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // fields 14 and 15 of the whole line; the first after the name is field 3
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1_000_000) / TICKS_PER_SECOND;
}

/** Resident memory in bytes of a process and all that it started: now, and the peak since its start or since {@link resetPeakMemory}. */
export function readMemory(pid) {
  const each = processTree(pid).map((one) => readFileSync(`/proc/${one}/status`, 'latin1'));
  const sum = (name) => each.reduce((total, status) => total + field(status, name), 0);
  return { current: sum('VmRSS'), peak: sum('VmHWM') };
}

function field(status, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024;
}

/** Lets the peak of the memory begin again at what is held now, so that each measure has a peak of its own. */
export function resetPeakMemory(pid) {
  for (const each of processTree(pid)) writeFileSync(`/proc/${each}/clear_refs`, '5');
}
