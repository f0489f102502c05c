import { InvalidValueError } from '../../../src/clocks/errors.js';
import { HybridTimestamp } from '../../../src/clocks/hybrid-timestamp.js';
import { Ntp64 } from '../../../src/clocks/ntp64.js';
import { decoded, must, type Target } from './target.js';

/** Hybrid times as text: what is read and written again is the same time. */
export const times: Target = {
  name: 'times',
  seeds: [
    '7386690599959157260/33',
    '2024-07-01T15:32:06.8604790003Z/33',
    '2024-07-01T15:32:06.860479001Z/33',
    '2106-02-07T06:28:15.9999999998Z',
    '1970-01-01T00:00:00.0000000000Z',
  ],
  words: ['/', 'Z', 'T', '.', '-', ':', '00', '18446744073709551615', '2024-02-29', '24:00:00', '/0'],
  run(input) {
    const text = input.toString('utf8');
    const decimal = decoded(InvalidValueError, () => HybridTimestamp.parse(text));
    if (decimal !== undefined)
      must(HybridTimestamp.parse(decimal.toString()).compare(decimal) === 0, 'decimal is lossless');
    const exact = decoded(InvalidValueError, () => HybridTimestamp.parseRfc3339(text));
    if (exact !== undefined)
      must(HybridTimestamp.parseRfc3339(exact.toRfc3339()).compare(exact) === 0, 'RFC 3339 is lossless');
    decoded(InvalidValueError, () => HybridTimestamp.parseRfc3339Lossy(text));
    const time = decoded(InvalidValueError, () => Ntp64.parseRfc3339(text));
    if (time !== undefined) must(Ntp64.parseRfc3339(time.toRfc3339()).compare(time) === 0, 'a time is lossless');
    decoded(InvalidValueError, () => Ntp64.parseRfc3339Lossy(text));
    decoded(InvalidValueError, () => Ntp64.parseDecimal(text));
  },
};
