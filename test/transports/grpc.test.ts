/** gRPC through grpc-js and its OpenTelemetry instrumentation, with our interceptors on both sides or on one. */
import { expect } from 'chai';
import { type Service, TransportFleet } from './fleet.js';
import { Told } from './oracle.js';
import type { Outcome } from './services/grpc.js';

const CONCURRENT = 'concurrent';

describe('gRPC', function () {
  this.timeout(60_000);
  const fleet = new TransportFleet();
  let caller: Service;
  let deaf: Service;
  let left: Service;
  let addresses: readonly string[];
  let silent: string;
  let third: string;

  before(async () => {
    const replies = { environment: { REPLIES: 'false' } };
    const started = await Promise.all([
      fleet.start('caller', 'grpc'),
      fleet.start('left', 'grpc'),
      fleet.start('right', 'grpc'),
      fleet.start('deaf', 'grpc', replies),
      fleet.start('silent', 'grpc', replies),
      fleet.start('third', 'grpc'),
    ]);
    const right = started[2];
    [caller, left, , deaf] = started;
    addresses = [await left.ask<string>('serve'), await right.ask<string>('serve')];
    silent = await started[4].ask<string>('serve');
    third = await started[5].ask<string>('serve');
  });
  after(() => fleet.stop());

  async function told(
    from: Service,
    method: string,
    mode: string,
    to: readonly string[],
    spans: number,
  ): Promise<[Told, Outcome[]]> {
    const outcomes = await from.ask<Outcome[]>('call', method, mode, to);
    return [new Told(await fleet.take(spans)), outcomes];
  }

  for (const [method, spans] of [
    ['unary', 7],
    ['upload', 7],
    ['download', 9],
    ['chat', 7],
  ] as const) {
    it(`orders ${method} calls made in turn`, async () => {
      const [trace, outcomes] = await told(caller, method, 'in turn', addresses, spans);
      expect(outcomes.map(({ text }) => text)).to.deep.equal(['done', 'done']);
      trace.answers();
      expect(trace.relation(trace.span('left', 'server'), trace.span('right', 'server'))).to.equal('before');
      expect(trace.span('caller', 'internal', 'root').stamps?.end?.incomplete, 'complete in the end').to.equal(false);
    });

    it(`finds ${method} calls made at once concurrent`, async () => {
      const [trace] = await told(caller, method, 'at once', addresses, spans);
      trace.answers();
      expect(trace.relation(trace.span('left', 'server'), trace.span('right', 'server'))).to.equal(CONCURRENT);
    });
  }

  it('leaves nothing unknown where no stream is open', async () => {
    const [trace, outcomes] = await told(caller, 'unary', 'in turn', addresses, 7);
    expect(trace.answers().unknown).to.equal(0);
    expect(outcomes.map(({ servedBy }) => servedBy)).to.deep.equal(['left', 'right']);
    expect(await left.ask('ownHead'), 'what the application sends to everybody').to.deep.equal(['served-by']);
  });

  it('promises nothing of what the client does while a stream is open', async () => {
    const [sending] = await told(caller, 'upload', 'in turn', addresses, 7);
    const [receiving] = await told(caller, 'download', 'in turn', addresses, 9);
    for (const [trace, name] of [
      [sending, 'while sending'],
      [receiving, 'while receiving'],
    ] as const) {
      const meanwhile = trace.all('caller', 'internal', name);
      expect(meanwhile.map(({ stamps }) => stamps?.start.incomplete)).to.deep.equal([true, true]);
    }
    const [first] = receiving.all('caller', 'internal', 'while receiving');
    const between = receiving.span('left', 'internal', 'between parts');
    expect(receiving.graph.relation(between.start, (first as typeof between).start)).to.equal('unknown');
    // The head told of the call's start, so that much is known.
    expect(receiving.graph.relation(receiving.span('left', 'server').start, (first as typeof between).start)).to.equal(
      'before',
    );
  });

  it('calls nothing concurrent with what a message of an open stream may have told', async () => {
    await caller.ask('followNews', addresses[0], addresses[1], third);
    // The caller's root, the stream, the two calls with what happens inside.
    const trace = new Told(await fleet.take(1 + 2 + 3 + 3));
    trace.answers();
    const [told, heard] = [trace.span('right', 'server'), trace.span('third', 'server')];
    expect(trace.graph.relation(told.start, heard.start)).to.equal('unknown');
  });

  it('hears the stamp of an error, also of a stream’s', async () => {
    const [trace, outcomes] = await told(caller, 'breakOff', 'in turn', addresses, 7);
    expect(outcomes.map(({ error }) => error)).to.deep.equal(['10 ABORTED: as told', '10 ABORTED: as told']);
    trace.answers();
    expect(trace.relation(trace.span('left', 'server'), trace.span('right', 'server'))).to.equal('before');
    await left.ask('failNext', 9);
    const [failed, [outcome]] = await told(caller, 'fail', 'in turn', addresses.slice(0, 1), 5);
    expect(outcome?.error).to.equal('as told');
    failed.answers();
    await left.ask('failNext', 0);
  });

  it('knows that a call which grpc-js repeats by itself misses what the first attempt did', async () => {
    await left.ask('failNext', 1);
    const [trace, outcomes] = await told(caller, 'fail', 'in turn', addresses, 6);
    expect(outcomes.map(({ text }) => text)).to.deep.equal(['done', 'done']);
    trace.answers();
    const [first, second] = trace.all('left', 'server').map(({ stamps }) => stamps?.start.incomplete);
    expect([first, second]).to.have.members([false, true]);
    expect(trace.span('caller', 'internal', 'root').stamps?.end?.incomplete).to.equal(true);
  });

  it('is incomplete after a call that was given up', async () => {
    const [trace] = await told(caller, 'hang', 'in turn', addresses.slice(0, 1), 2);
    expect(trace.span('caller', 'client').stamps?.end?.incomplete).to.equal(true);
    expect(await left.ask('cancelledCalls')).to.equal(1);
  });

  it('is incomplete where one side has no interceptor, and lies nowhere', async () => {
    for (const [from, to] of [
      [deaf, addresses],
      [caller, [addresses[0], silent]],
    ] as const) {
      const [trace] = await told(from, 'unary', 'in turn', to as string[], 7);
      trace.answers();
      expect(trace.span(from.name, 'internal', 'root').stamps?.end?.incomplete).to.equal(true);
    }
  });
});
