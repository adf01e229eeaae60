import { checkTables } from '../../support/check-tables.js';
import { AUDIO_SPEECH_CASES } from './audio-speech-cases.js';
import { AUDIO_TRANSCRIPTS_CASES } from './audio-transcripts-cases.js';
import { IMAGES_CASES } from './images-cases.js';

checkTables([
  ['images', IMAGES_CASES],
  ['speech', AUDIO_SPEECH_CASES],
  ['transcripts', AUDIO_TRANSCRIPTS_CASES],
]);
