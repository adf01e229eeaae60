/**
 * The client: calls of all kinds at a steady rate. Started by fork; each message is a command: `{start: {port, rate}}`, `{pause}` (answered
 * when no call is open but the held ones), `{hold: count}` (answered when so many streams wait), `{settle}` (answered when none is
 * open). Every answer is the counts.
 */
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCall, createHeldCall, KINDS } from './lib/calls.mjs';

/** Calls at once; at more the machine is behind and the rate gives way. */
const AT_ONCE = 200;
const TICK_MILLIS = 20;
/** Milliseconds for a call. */
const CALL_MILLIS = 60_000;

/** The kind that brings a new model each time, and how many of it come first: more than the cap on models. */
const NEW_MODEL = 'chat, a new model each time';
const NEW_MODELS = 250;

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE + 100 });
const names = Object.entries(KINDS).flatMap(([name, { weight }]) => new Array(weight).fill(name));
const counts = { started: 0, finished: 0, calls: 0, spans: 0, open: 0, late: 0, wrong: {}, kinds: {} };
let heldOpen = 0;
let heldSeen = 0;
let port = 0;
let timer;
let next = 0;

/** Makes one call and counts it; resolves when it is over. */
function make(call, onFirstByte) {
  counts.started += 1;
  counts.open += 1;
  counts.kinds[call.name] = (counts.kinds[call.name] ?? 0) + 1;
  if (call.call) counts.calls += 1;
  if (call.call && !call.unsampled) counts.spans += 1;
  return new Promise((resolve) => {
    let over = false;
    const end = (outcome) => {
      if (over) return;
      over = true;
      counts.open -= 1;
      counts.finished += 1;
      if (![call.status].flat().includes(outcome)) {
        const words = `${call.name}: ${outcome} instead of ${call.status}`;
        counts.wrong[words] = (counts.wrong[words] ?? 0) + 1;
      }
      resolve();
    };
    const { path, method, headers, bytes } = call;
    const request = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent, timeout: CALL_MILLIS });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => end(error.message));
    request.on('response', (response) => {
      response.once('data', () => {
        onFirstByte?.();
        if (!call.abort) return;
        request.destroy();
        end(response.statusCode);
      });
      response.resume();
      response.on('end', () => end(response.statusCode));
      response.on('error', () => end('broken'));
    });
    request.end(bytes);
  });
}

function start(rate) {
  let due = 0;
  let before = performance.now();
  timer = setInterval(() => {
    const now = performance.now();
    due += ((now - before) / 1000) * rate;
    before = now;
    for (; due >= 1; due -= 1) {
      if (counts.open >= AT_ONCE) counts.late += 1;
      else {
        // a prime step: neighbours are different kinds
        next = (next + 7) % names.length;
        // the cap on models is reached at once: it would be a slow growth otherwise
        void make(createCall(counts.started < NEW_MODELS ? NEW_MODEL : names[next]));
      }
    }
  }, TICK_MILLIS);
}

async function until(condition) {
  const deadline = Date.now() + CALL_MILLIS;
  while (!condition() && Date.now() < deadline) await sleep(5);
}

async function obey(command) {
  if (command.start) {
    ({ port } = command.start);
    start(command.start.rate);
  }
  if (command.pause || command.settle) {
    clearInterval(timer);
    await until(() => counts.open === (command.settle ? 0 : heldOpen));
  }
  if (command.hold !== undefined) {
    heldSeen = 0;
    for (let index = 0; index < command.hold; index += 1) {
      heldOpen += 1;
      void make(createHeldCall(), () => {
        heldSeen += 1;
      }).then(() => {
        heldOpen -= 1;
      });
    }
    await until(() => heldSeen === command.hold);
  }
  process.send(counts);
}

process.on('message', (command) => void obey(command));
process.on('disconnect', () => process.exit(0));
process.send({});
