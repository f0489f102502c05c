import { StampFormatError } from '../../../src/codec/stamp-format-error.js';
import { formatStamp, parseStamp } from '../../../src/codec/wire-text.js';
import { stampVectors } from '../seeds.js';
import { decoded, must, type Target } from './target.js';

const FLAGS = /^(1!(?:[0-9a-f]{16}|-)!\d+!(?:[0-9a-f]{16})?!)[0-9a-f]!/;

/** Flags that this version does not know are not written again. */
function withoutFlags(text: string): string {
  return text.replace(FLAGS, '$1_!');
}

/** A stamp as wire text: what is read and written again is the same text, and reads as the same stamp. */
export const stamp: Target = {
  name: 'stamp',
  seeds: stampVectors(),
  words: ['1!', '!-!', '!!', '*1', '*281474976710656', '~', 'a*1~b*2', '!0!', '!f!', '__proto__*1', '%21'],
  run(input) {
    const text = input.toString('latin1');
    const read = decoded(StampFormatError, () => parseStamp(text));
    if (read === undefined) return;
    const again = formatStamp(read);
    must(withoutFlags(again) === withoutFlags(text), `${again} is written where ${text} was read`);
    const reread = parseStamp(again);
    must(reread.vector.compare(read.vector) === 'equal' && reread.lamport === read.lamport, 'it reads as itself');
    must(reread.incomplete === read.incomplete && reread.hlcUnordered === read.hlcUnordered, 'flags stay');
    must(read.hlc === undefined ? reread.hlc === undefined : reread.hlc?.compare(read.hlc) === 0, 'time stays');
  },
};
