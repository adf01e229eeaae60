/** One HTTP call that a page tells its reader to make with curl. */
export interface ReadmeCall {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Every curl call with a body in a page, in order: what the reader is told is what the tests send. */
export function curlCalls(page: string): ReadmeCall[] {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks
    .filter((block) => block.startsWith('curl ') && block.includes(" -d '"))
    .map((block) => ({
      url: /(http:\S+)/.exec(block)?.[1] ?? '',
      headers: Object.fromEntries(
        [...block.matchAll(/-H '([^:']+): ([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
      ),
      body: /-d '([^']*)'/.exec(block)?.[1] ?? '',
    }));
}
