import { asString, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { StreamFold } from '../endpoint.js';
import { foldMembers, sumOf, without } from './envelope.js';

/** Segments of one transcript that are kept; some hours of talk. */
const SEGMENTS = 10_000;

/** Joins the events of a streamed transcript into an object of the shape of a JSON answer: its text, its segments where it has any, usage. */
export function createTranscriptFold(): StreamFold {
  const members = emptyObject();
  const segments: Json[] = [];
  const sizes = new Map<string, number>();
  let text = '';
  let listed = 0; // characters of the segments
  return {
    push(event, characters) {
      switch (event['type']) {
        case 'transcript.text.delta':
          text += asString(event['delta']) ?? '';
          break;
        case 'transcript.text.segment':
          if (segments.length >= SEGMENTS) break;
          segments.push(without(event, ['type']));
          listed += characters;
          break;
        default:
          text = asText(event['text']) ?? text;
          foldMembers(members, without(event, ['type', 'text']), sizes, characters);
      }
    },
    held: () => text.length + listed + sumOf(sizes),
    result() {
      const folded: JsonObject = emptyObject();
      folded['text'] = text;
      if (segments.length > 0) folded['segments'] = segments;
      return Object.assign(folded, members);
    },
    // it repeats every delta, but no segment
    isWhole: (event) => event['type'] === 'transcript.text.done' && segments.length === 0,
  };
}
