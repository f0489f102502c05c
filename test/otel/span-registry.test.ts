import type { SpanContext } from '@opentelemetry/api';
import { expect } from 'chai';
import type { Arrival, SpanRecord } from '../../src/otel/records.js';
import * as ours from '../../src/otel/span-registry.js';

let copies = 0;

/** This module once more, as another copy of the package in the process would have it. */
async function anotherCopy(): Promise<typeof ours> {
  const copy = new URL(`../../src/otel/span-registry.js?copy=${copies++}`, import.meta.url).href;
  return (await import(copy)) as typeof ours;
}

const spanContext = (): SpanContext => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
const recordOf = (clock: object, other?: SpanRecord): SpanRecord => ({ clock, other }) as SpanRecord;

describe('the registry of spans', () => {
  it('is one for all copies of the package, whichever came first', async () => {
    const [mine, theirs, clock, arrival] = [spanContext(), spanContext(), {}, {} as Arrival];
    const record = recordOf(clock);
    ours.remember(mine, record);
    const copy = await anotherCopy();
    expect(copy.remember).not.to.equal(ours.remember);
    expect(copy.recordOf(mine, clock)).to.equal(record);
    copy.remember(theirs, record);
    copy.rememberArrival(theirs, arrival);
    expect([ours.anyRecordOf(theirs), ours.arrivalOf(theirs)]).to.deep.equal([record, arrival]);
    expect((await anotherCopy()).arrivalOf(theirs)).to.equal(arrival);
  });

  it('finds a record by the identity of its context alone, and by its clock', () => {
    const [context, one, other] = [spanContext(), {}, {}];
    expect(ours.anyRecordOf(context)).to.equal(undefined);
    const first = recordOf(one);
    const last = recordOf(other, first);
    ours.remember(context, last);
    expect([ours.recordOf(context, one), ours.recordOf(context, other), ours.recordOf(context, {})]).to.deep.equal([
      first,
      last,
      undefined,
    ]);
    expect(ours.anyRecordOf(context)).to.equal(last);
    expect(ours.anyRecordOf({ ...context })).to.equal(undefined);
  });
});
