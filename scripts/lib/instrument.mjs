import { parseSync } from 'oxc-parser';

/** Counters; a program with more blocks shares some. */
const COUNTERS = 16_384;

/**
 * A Vite plugin that makes every block of the modules for which `wants(path)` is true count how often it runs, in
 * `globalThis.fuzzBlocks` (one byte each). The engine's own coverage takes 5 to 7 ms to read, this takes microseconds.
 * @param {(path: string) => boolean} wants
 */
export function instrument(wants) {
  let next = 0;
  const take = () => next++ % COUNTERS;
  return {
    name: 'count-blocks',
    /** @type {'post'} */
    enforce: 'post',
    /** @param {string} code @param {string} id */
    transform(code, id) {
      return wants(id) ? { code: countBlocks(code, id, take), map: null } : undefined;
    },
  };
}

/**
 * The program with a counter in each block, arm and case.
 * @param {string} code JavaScript, an ES module
 * @param {string} path for the parser's messages
 * @param {() => number} take gives the next counter's number
 * @returns {string}
 */
export function countBlocks(code, path, take) {
  const { program, errors } = parseSync(path.replace(/\.ts$/, '.js'), code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  /** @type {{ at: number, text: string, closes: boolean }[]} */
  const insertions = [];
  const count = () => `__blocks[${take()}]++`;
  const open = (at, text) => insertions.push({ at, text, closes: false });
  const close = (at, text) => insertions.push({ at, text, closes: true });

  function visit(node) {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node?.type !== 'string') return undefined;
    for (const arm of armsOf(node)) {
      if (arm.statement) open(arm.node.start, `{${count()};`);
      else open(arm.node.start, `(${count()},`);
    }
    if (node.type === 'BlockStatement') open(node.start + 1, `${count()};`);
    if (node.type === 'SwitchCase' && node.consequent.length > 0) open(node.consequent[0].start, `${count()};`);
    for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) visit(child);
    for (const arm of armsOf(node).reverse()) close(arm.node.end, arm.statement ? '}' : ')');
    return undefined;
  }
  visit(program.body);
  // what ends at a place stands before what begins there; otherwise the order of the walk, outer before inner
  insertions.sort((first, second) => first.at - second.at || Number(second.closes) - Number(first.closes));
  let text = `const __blocks = globalThis.fuzzBlocks ??= new Uint8Array(${COUNTERS});`;
  let from = 0;
  for (const insertion of insertions) {
    text += code.slice(from, insertion.at) + insertion.text;
    from = insertion.at;
  }
  return text + code.slice(from);
}

/** Parts that run or do not, and have no braces of their own. */
function armsOf(node) {
  const statement = (arm) => (arm && arm.type !== 'BlockStatement' ? [{ node: arm, statement: true }] : []);
  switch (node.type) {
    case 'IfStatement':
      return [...statement(node.consequent), ...statement(node.alternate)];
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
      return statement(node.body);
    case 'ConditionalExpression':
      return [{ node: node.consequent }, { node: node.alternate }];
    case 'LogicalExpression':
      return [{ node: node.right }];
    case 'ArrowFunctionExpression':
      return node.body.type === 'BlockStatement' ? [] : [{ node: node.body }];
    default:
      return [];
  }
}
