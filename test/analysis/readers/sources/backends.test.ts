import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { InvalidValueError } from '../../../../src/clocks/errors.js';
import {
  DEFAULT_BACKEND_SINCE_MS,
  DEFAULT_BACKEND_TRACES,
  HIGHEST_BACKEND_TRACES,
} from '../../../../src/clocks/limits.js';
import { ReadTracesError } from '../../../../src/analysis/readers/formats/problems.js';
import { readTraces, type TraceSource } from '../../../../src/analysis/readers/read-traces.js';
import { EXPECTED, EXPECTED_OF_ZIPKIN, JAEGER_V3, OTLP, TEMPO_V1, TEMPO_V2, ZIPKIN } from '../formats/one-trace.js';
import { bare, readAll } from '../reading-all.js';
import { type Answer, saying, serving } from './serving.js';

const ID = '7b1d62f2c9e04a157b1d62f2c9e04a15';

describe('live backends', () => {
  describe('Jaeger', () => {
    it('gives one trace, with the times that were recorded', async () => {
      await serving({ [`/api/v3/traces/${ID}`]: JAEGER_V3 }, async ({ address, asked }) => {
        const { spans, error } = await readAll({ jaeger: address, trace: ID.toUpperCase() });
        expect(error).to.equal(undefined);
        expect(bare(spans)).to.deep.equal(EXPECTED);
        expect(asked[0]?.parameters).to.deep.equal({ rawTraces: 'true', raw_traces: 'true' });
        expect(spans[0]?.origin.source).to.match(/^http:\/\/127.*\/api\/v3\/traces\//);
      });
    });

    it('gives the traces of a service, asked in the words of old and new versions', async () => {
      await serving({ '/api/v3/traces': JAEGER_V3 }, async ({ address, asked }) => {
        const { spans, error } = await readAll({ jaeger: address, service: 'a&b', since: '2h', limit: 7 });
        expect(error).to.equal(undefined);
        expect(spans).to.have.length(3);
        const parameters: Record<string, string> = { ...asked[0]?.parameters };
        const { 'query.startTimeMin': min, 'query.startTimeMax': max, ...rest } = parameters;
        expect(Date.parse(max ?? '') - Date.parse(min ?? '')).to.equal(2 * 60 * 60 * 1000);
        expect(rest).to.deep.equal({
          'query.serviceName': 'a&b',
          'query.service_name': 'a&b',
          'query.start_time_min': min,
          'query.start_time_max': max,
          'query.num_traces': '7',
          'query.searchDepth': '7',
          'query.search_depth': '7',
          'query.rawTraces': 'true',
          'query.raw_traces': 'true',
        });
      });
    });

    it('may live below a path', async () => {
      await serving({ '/ui/jaeger/api/v3/traces': JAEGER_V3 }, async ({ address }) => {
        for (const base of [`${address}/ui/jaeger`, `${address}/ui/jaeger/?x=1#y`]) {
          expect((await readAll({ jaeger: base })).spans).to.have.length(3);
        }
      });
    });

    it('streams chunks of results, one behind the other', async () => {
      const chunked = (_: IncomingMessage, response: ServerResponse): void => {
        response.write(JSON.stringify(JAEGER_V3));
        response.end(JSON.stringify(JAEGER_V3));
      };
      await serving({ '/api/v3/traces': chunked }, async ({ address }) => {
        expect((await readAll({ jaeger: address })).spans).to.have.length(6);
      });
    });

    it('says what to do when it refuses', async () => {
      const message = JSON.stringify({ error: { httpCode: 400, message: 'malformed parameter' } });
      const none = JSON.stringify({ error: { httpCode: 404, message: 'No traces found' } });
      await serving({ '/api/v3/traces': saying(400, message) }, async ({ address }) => {
        const { error } = await readAll({ jaeger: address });
        expect((error as Error).message).to.match(/refused with 400: malformed parameter\. Name a service$/);
      });
      await serving({ '/api/v3/traces': saying(404, none, 'text/plain') }, async ({ address }) => {
        const { error } = await readAll({ jaeger: address, service: 'x' });
        expect((error as Error).message).to.match(/refused with 404: No traces found$/);
      });
    });
  });

  describe('Tempo', () => {
    const search = { traces: [{ traceID: ID }, { traceID: 'abc' }], metrics: {} };

    it('gives one trace', async () => {
      await serving({ [`/api/v2/traces/${ID}`]: TEMPO_V2 }, async ({ address, asked }) => {
        expect(bare((await readAll({ tempo: address, trace: ID })).spans)).to.deep.equal(EXPECTED);
        expect(asked[0]?.headers.accept).to.equal('application/json');
      });
    });

    it('gives one trace also where it is older', async () => {
      await serving({ [`/api/traces/${ID}`]: TEMPO_V1 }, async ({ address }) => {
        expect(bare((await readAll({ tempo: address, trace: ID })).spans)).to.deep.equal(EXPECTED);
      });
    });

    it('searches, and then reads each trace whole', async () => {
      const answers = {
        '/api/search': search,
        [`/api/v2/traces/${ID}`]: TEMPO_V2,
        [`/api/v2/traces/${'abc'.padStart(32, '0')}`]: TEMPO_V2,
      };
      await serving(answers, async ({ address, asked }) => {
        const { spans, said } = await readAll({ tempo: address, service: 'say "hi"', limit: 3, since: '1d' });
        expect(said).to.deep.equal([]);
        expect(spans).to.have.length(6);
        const { q, limit, spss, start, end } = asked[0]?.parameters ?? {};
        expect({ q, limit, spss }).to.deep.equal({
          q: '{ resource.service.name = "say \\"hi\\"" }',
          limit: '3',
          spss: '1',
        });
        expect(Number(end) - Number(start)).to.be.within(86_400, 86_401);
      });
    });

    it('searches by TraceQL, and for everything', async () => {
      await serving({ '/api/search': { traces: [] } }, async ({ address, asked }) => {
        const { error } = await readAll({ tempo: address, query: '{ span.causality.clock_behind_us > 0 }' });
        await readAll({ tempo: address });
        expect(asked.map(({ parameters }) => parameters['q'])).to.deep.equal([
          '{ span.causality.clock_behind_us > 0 }',
          '{}',
        ]);
        expect((error as Error).message).to.match(/no such traces: look further back with since, or ask for others$/);
      });
    });

    it('goes on without a trace that it has forgotten, and without an id that is none', async () => {
      const traces = [{ traceID: 'abc' }, { traceID: '?' }, 7, { traceID: ID }];
      const answers = { '/api/search': { traces }, [`/api/v2/traces/${ID}`]: TEMPO_V2 };
      await serving(answers, async ({ address }) => {
        const { spans, problems, error } = await readAll({ tempo: address });
        expect(error).to.equal(undefined);
        expect(spans).to.have.length(3);
        expect(problems.map(({ reason }) => reason)).to.deep.equal([
          'traceID: expected 1 to 32 hexadecimal digits, not all zero, got "?"',
          'traceID: expected 1 to 32 hexadecimal digits, not all zero, got 7',
          'refused with 404: 404 page not found',
        ]);
      });
    });

    it('is told from what is no Tempo', async () => {
      await serving({ '/api/search': [] }, async ({ address }) => {
        expect(String((await readAll({ tempo: address })).error)).to.match(/no list of traces: is this Tempo\?$/);
      });
    });

    it('reports a trace that it gives in part', async () => {
      const answer = { ...TEMPO_V2, status: 'PARTIAL', message: 'trace exceeds max size' };
      await serving({ [`/api/v2/traces/${ID}`]: answer }, async ({ address }) => {
        const { spans, problems } = await readAll({ tempo: address, trace: ID });
        expect(spans).to.have.length(3);
        expect(problems.map(({ reason }) => reason)).to.deep.equal(['the backend says: trace exceeds max size']);
      });
    });
  });

  describe('Zipkin', () => {
    it('gives one trace, and lists', async () => {
      const answers = { [`/api/v2/trace/${ID}`]: ZIPKIN, '/api/v2/traces': [ZIPKIN] };
      await serving(answers, async ({ address, asked }) => {
        expect(bare((await readAll({ zipkin: address, trace: ID })).spans)).to.deep.equal(EXPECTED_OF_ZIPKIN);
        const { spans } = await readAll({ zipkin: address, service: 'orders', since: '15m', limit: 2 });
        expect(spans).to.have.length(3);
        const { endTs, ...rest } = asked[1]?.parameters ?? {};
        expect(rest).to.deep.equal({ serviceName: 'orders', lookback: '900000', limit: '2' });
        expect(Number(endTs)).to.be.closeTo(Date.now(), 60_000);
      });
    });

    it('says so where it finds nothing', async () => {
      await serving({ '/api/v2/traces': [] }, async ({ address }) => {
        expect(String((await readAll({ zipkin: address })).error)).to.match(/no such traces: look further back/);
      });
    });

    it('asks for as many traces as the limit allows, and for those of the last hour where nothing is said', async () => {
      await serving({ '/api/v2/traces': [] }, async ({ address, asked }) => {
        await readAll({ zipkin: address, limit: HIGHEST_BACKEND_TRACES });
        await readAll({ zipkin: address });
        expect(asked.map(({ parameters: { limit, lookback } }) => ({ limit, lookback }))).to.deep.equal([
          { limit: String(HIGHEST_BACKEND_TRACES), lookback: String(DEFAULT_BACKEND_SINCE_MS) },
          { limit: String(DEFAULT_BACKEND_TRACES), lookback: String(DEFAULT_BACKEND_SINCE_MS) },
        ]);
      });
    });

    it('takes a moment as since', async () => {
      await serving({ '/api/v2/traces': [ZIPKIN] }, async ({ address, asked }) => {
        const moment = new Date(Date.now() - 5000);
        await readAll({ zipkin: address, since: moment });
        await readAll({ zipkin: address, since: moment.toISOString() });
        for (const { parameters } of asked) expect(Number(parameters['lookback'])).to.be.within(5000, 60_000);
      });
    });
  });

  describe('that misbehave', () => {
    const failing: readonly [what: string, answer: Answer, message: RegExp][] = [
      ['a web page', saying(200, '<!doctype html><p>', 'text/html'), /answers with a web page: is this the address of/],
      [
        'a web page that claims to be JSON',
        saying(200, '<html>'),
        /line 1: neither a JSON object nor a list begins here$/,
      ],
      ['a page about an error', saying(502, '<h1>Bad gateway</h1>', 'text/html'), /refused with 502$/],
      [
        'no rights',
        saying(401, 'no org id', 'text/plain'),
        /refused with 401: no org id; send credentials in headers$/,
      ],
      ['nothing', saying(200, ''), /no such traces: /],
      ['half an answer', saying(200, '{"result":'), /the end comes in the middle of a value/],
      [
        'a connection that is cut',
        (_: IncomingMessage, response: ServerResponse) => {
          response.write('{"result":');
          setTimeout(() => response.destroy(), 20);
        },
        /the answer breaks off: /,
      ],
      ['silence', () => undefined, /no answer for 200 ms: is it the query port/],
      [
        'silence in the middle',
        (_: IncomingMessage, response: ServerResponse) => void response.write('{"result":'),
        /no answer for 200 ms: /,
      ],
    ];
    for (const [what, answer, message] of failing) {
      it(`by ${what} are given up with a next step`, async () => {
        await serving({ '/api/v3/traces': answer }, async ({ address }) => {
          const { error } = await readAll({ jaeger: address, timeoutMs: what.startsWith('silence') ? 200 : 20_000 });
          expect(error).to.be.instanceOf(ReadTracesError);
          expect((error as Error).message).to.match(message);
        });
      });
    }

    it('or are not there', async () => {
      await serving({}, async ({ address }) => {
        const dead = address.replace(/\d+$/, '1');
        const { error } = await readAll({ jaeger: dead });
        expect((error as Error).message).to.match(
          /cannot be reached \(\w+.*\): is the server up, and is this the address/,
        );
      });
    });

    it('are not blamed for a reader that takes its time', async () => {
      const many = { result: { resourceSpans: Array.from({ length: 20_000 }, () => OTLP.resourceSpans[1]) } };
      await serving({ '/api/v3/traces': saying(200, JSON.stringify(many)) }, async ({ address }) => {
        let spans = 0;
        for await (const _ of readTraces({ jaeger: address, timeoutMs: 700 })) {
          spans += 1;
          if (spans > 1) continue;
          await new Promise((resolve) => {
            setTimeout(resolve, 1000);
          });
        }
        expect(spans).to.equal(40_000);
      });
    });

    it('may be slow for longer than the limit, as long as they say something', async () => {
      const text = JSON.stringify(JAEGER_V3);
      const slow = (_: IncomingMessage, response: ServerResponse): void => {
        let at = 0;
        const drip = (): void => {
          response.write(text.slice(at, (at += Math.ceil(text.length / 5))));
          if (at < text.length) setTimeout(drip, 300);
          else response.end();
        };
        drip();
      };
      await serving({ '/api/v3/traces': slow }, async ({ address }) => {
        const { spans, error } = await readAll({ jaeger: address, timeoutMs: 1100 });
        expect(error).to.equal(undefined);
        expect(spans).to.have.length(3);
      });
    });
  });

  it('get headers, and the password of the address, which is never shown', async () => {
    await serving({ '/api/v3/traces': saying(403, '') }, async ({ address, asked }) => {
      const jaeger = address.replace('//', '//me:s%20cret@');
      const { error } = await readAll({ jaeger, headers: { 'x-scope-orgid': 'team' } });
      expect(asked[0]?.headers).to.include({
        'x-scope-orgid': 'team',
        authorization: `Basic ${Buffer.from('me:s cret').toString('base64')}`,
      });
      expect((error as Error).message).not.to.match(/cret/);
    });
  });

  it('refuse wrong queries before anything is sent', async () => {
    const jaeger = 'http://localhost:1';
    const wrong: readonly [TraceSource, RegExp][] = [
      [{ jaeger: 'localhost:16686' }, /^jaeger: expected an address such as/],
      [{ tempo: 'ftp://localhost' }, /^tempo: expected an address such as/],
      [{ zipkin: 7 as unknown as string }, /^zipkin: expected an address such as/],
      [{ jaeger, trace: 'xyz' }, /^trace: expected 1 to 32 hexadecimal digits/],
      [{ jaeger, limit: 0 }, /^limit: expected 1 to/],
      [{ jaeger, limit: HIGHEST_BACKEND_TRACES + 1 }, /^limit: expected 1 to/],
      [{ jaeger, since: 'yesterday' }, /^since: expected an age such as/],
      [{ jaeger, since: '999999999d' }, /^since: expected an age such as/],
      [{ jaeger, since: new Date(Date.now() + 60_000) }, /^since: expected an age such as/],
      [{ jaeger, since: new Date(Number.NaN) }, /^since: expected an age such as/],
      [{ jaeger, timeoutMs: 0 }, /^timeoutMs: expected milliseconds/],
    ];
    for (const [source, message] of wrong) {
      const { error } = await readAll(source);
      expect(error).to.be.instanceOf(InvalidValueError);
      expect((error as Error).message).to.match(message);
    }
  });
});
