import { checkTables } from '../../support/check-tables.js';
import { AUDIO_SPEECH_CASES } from './audio-speech-cases.js';
import { AUDIO_TRANSCRIPTS_CASES } from './audio-transcripts-cases.js';
import { IMAGES_CASES } from './images-cases.js';
import { IMAGES_EDIT_CASES } from './images-edit-cases.js';
import { IMAGES_STREAM_CASES } from './images-stream-cases.js';

checkTables([
  ['images', IMAGES_CASES],
  ['images, edited', IMAGES_EDIT_CASES],
  ['images, streamed', IMAGES_STREAM_CASES],
  ['speech', AUDIO_SPEECH_CASES],
  ['transcripts', AUDIO_TRANSCRIPTS_CASES],
]);
