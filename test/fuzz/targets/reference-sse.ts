/**
 * The data of a stream's events, read line by line as WHATWG HTML describes it ("Interpreting an event stream"), from the whole text. One
 * thing is ours: an event at the end of the stream that lacks its empty line counts, since a cut answer is read as far as it came.
 */
export function readEvents(bytes: Buffer): string[] {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const events: string[] = [];
  let data: string[] = [];
  for (const line of [...text.split(/\r\n|\r|\n/), '', '']) {
    if (line === '') {
      if (data.length > 0) events.push(data.join('\n'));
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
  }
  return events;
}
