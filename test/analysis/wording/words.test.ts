import { expect } from 'chai';
import { percentText } from '../../../src/analysis/reports/coverage-text.js';
import { countText, durationText } from '../../../src/analysis/wording/durations.js';
import { paintAnsi, paintNothing } from '../../../src/analysis/reports/paint.js';
import { columnsOf, fit, shorten } from '../../../src/analysis/wording/shown-text.js';
import { spanLabel } from '../../../src/analysis/wording/span-label.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';

describe('words of a drawing', () => {
  it('says durations in the unit that needs the fewest digits', () => {
    const cases: readonly [nanos: number, text: string][] = [
      [0, '0 ns'],
      [999, '999 ns'],
      [1_000, '1 µs'],
      [1_234_567, '1.23 ms'],
      [80_000_000, '80 ms'],
      [999_990_000, '1 s'],
      [119_400_000, '119 ms'],
      [61e9, '1.02 min'],
      [7_200e9, '2 h'],
      [-5_000_000, '-5 ms'],
    ];
    for (const [nanos, text] of cases) expect(durationText(nanos)).to.equal(text);
  });

  it('counts in singular and plural', () => {
    expect(countText(1, 'span')).to.equal('1 span');
    expect(countText(1234, 'span')).to.equal('1,234 spans');
    expect(countText(0, 'pair of accesses', 'pairs of accesses')).to.equal('0 pairs of accesses');
  });

  it('never rounds a share up to all, nor down to none', () => {
    expect([0, 0.0001, 0.5, 0.9999, 1].map(percentText)).to.deep.equal(['0 %', '0.1 %', '50 %', '99.9 %', '100 %']);
  });

  it('cuts by columns, not by characters', () => {
    expect(shorten('abcdef', 6)).to.equal('abcdef');
    expect(shorten('abcdefg', 6)).to.equal('abcde…');
    expect(columnsOf('日本')).to.equal(4);
    expect(shorten('日本語', 5)).to.equal('日本…');
    expect(columnsOf(fit('日本語', 6))).to.equal(6);
    expect(fit('ab', 4)).to.equal('ab  ');
    expect(shorten('abc', 0)).to.equal('');
    expect(columnsOf('e\u0301')).to.equal(1);
  });

  it('names an HTTP span that has only its method with the path', () => {
    const label = (name: string, attributes: Record<string, string>): string =>
      spanLabel({ name, attributes } as unknown as RecordedSpan);
    expect(label('POST', { 'url.full': 'http://h:1/charge?card=4' })).to.equal('POST /charge');
    expect(label('GET', { 'http.url': 'https://h' })).to.equal('GET /');
    expect(label('GET', { 'url.path': '/a' })).to.equal('GET /a');
    expect(label('GET /orders/{id}', { 'url.path': '/orders/7' })).to.equal('GET /orders/{id}');
    expect(label('work', { 'url.path': '/a' })).to.equal('work');
  });

  it('paints only what there is, and only when it is asked to', () => {
    expect(paintAnsi('red', 'x')).to.equal('\u001b[31mx\u001b[39m');
    expect(paintAnsi('red', '')).to.equal('');
    expect(paintNothing('red', 'x')).to.equal('x');
  });
});
