import { readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks of `/proc/PID/stat` a second: fixed to 100 in Linux' interface to programs. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has used since its start, all threads, user and system, in microseconds (steps of 10 ms). */
export function readCpuMicros(pid) {
  return parseCpuMicros(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

/** The same from the text of `/proc/PID/stat`; the program's name in it may hold blanks and parentheses. */
export function parseCpuMicros(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // fields 14 and 15 of the whole line; the first after the name is field 3
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1_000_000) / TICKS_PER_SECOND;
}

/** Resident memory of a process in bytes: now, and the peak since its start or since {@link resetPeakMemory}. */
export function readMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return { current: field(status, 'VmRSS'), peak: field(status, 'VmHWM') };
}

function field(status, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024;
}

/** Lets the peak of a process' memory begin again at what it holds now, so that each measure has a peak of its own. */
export function resetPeakMemory(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
