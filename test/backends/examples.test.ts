import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { repositoryRoot } from '../support/repository.js';
import { JAEGER, missingToolchain, programOf, TEMPO } from './backend-programs.js';
import { isInstalled, outputOf } from './command.js';
import { startJaeger } from './real-jaeger.js';
import { type RealTempo, startTempo } from './real-tempo.js';
import { recordFleet } from './recorded-fleet.js';
import { eventually } from './running-backend.js';

const EXAMPLES = join(repositoryRoot, 'examples');
const PATIENCE_MS = 30_000;

const example = (...path: readonly string[]): string => join(EXAMPLES, 'backends', ...path);
const timeoutMs = PATIENCE_MS;

describe('the configurations in examples', function () {
  this.timeout(1_800_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-examples-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const skipWithout = (context: Mocha.Context, missing: string | undefined): void => {
    if (missing === undefined) return;
    console.log(`    skipped: ${missing}`);
    context.skip();
  };
  /** A copy, changed: what a container mounts is elsewhere here. */
  const copyOf = (from: string, change: (text: string) => string): string => {
    const changed = join(folder, `${Math.random()}.yaml`);
    writeFileSync(changed, change(readFileSync(from, 'utf8')));
    return changed;
  };
  const refused = async (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => false,
      () => true,
    );

  for (const name of ['backends/jaeger', 'backends/tempo', 'causal-store']) {
    it(`${name}/compose.yaml is one that docker compose takes`, async function () {
      skipWithout(this, isInstalled('docker-compose', 'version') ? undefined : 'there is no docker-compose');
      const file = join(EXAMPLES, name, 'compose.yaml');
      const check = (one: string): Promise<string> =>
        outputOf('docker-compose', ['-f', one, 'config', '-q'], { timeoutMs });
      await check(file);
      expect(await refused(check(copyOf(file, (text) => text.replace('image:', 'imge:'))))).to.be.true;
    });
  }

  it('Jaeger takes its own settings and those of the Collector, whose parts it has', async function () {
    skipWithout(this, missingToolchain(JAEGER));
    const program = await programOf(JAEGER);
    const check = (file: string): Promise<string> => outputOf(program, ['validate', '--config', file], { timeoutMs });
    await check(example('jaeger', 'config.yaml'));
    await check(example('collector', 'config.yaml'));
    expect(
      await refused(check(copyOf(example('collector', 'config.yaml'), (text) => text.replace('[otlp]', '[otpl]')))),
    ).to.be.true;
  });

  it("Jaeger's page gets its settings", async function () {
    skipWithout(this, missingToolchain(JAEGER));
    const { backend } = await startJaeger(example('jaeger', 'ui.json'));
    await backend.stop();
    const broken = join(folder, 'ui.json');
    writeFileSync(broken, '{ "topTagPrefixes": [');
    expect(await refused(startJaeger(broken).then(({ backend: started }) => started.stop()))).to.be.true;
  });

  it('Tempo takes its settings', async function () {
    skipWithout(this, missingToolchain(TEMPO));
    const program = await programOf(TEMPO);
    mkdirSync(join(folder, 'tempo'), { recursive: true });
    const check = (file: string): Promise<string> =>
      outputOf(program, ['-config.verify=true', `-config.file=${file}`], { cwd: folder, timeoutMs });
    const local = (text: string): string => text.replaceAll('/var/tempo', join(folder, 'tempo'));
    await check(copyOf(example('tempo', 'tempo.yaml'), local));
    expect(await refused(check(copyOf(example('tempo', 'tempo.yaml'), (text) => text.replace('storage:', 'store:')))))
      .to.be.true;
  });

  describe("the dashboard's queries, asked of a real Tempo", () => {
    let tempo: RealTempo;
    let recorded: RecordedSpan[];

    before(async function () {
      skipWithout(this, missingToolchain(TEMPO));
      tempo = await startTempo();
      recorded = await recordFleet({ otlpUrl: tempo.otlpUrl });
    });
    after(() => tempo?.backend.stop());

    const ask = async (query: string): Promise<Readonly<Record<string, unknown>>[]> => {
      const now = Math.ceil(Date.now() / 1_000);
      const url = new URL('/api/search', tempo.queryUrl);
      url.search = new URLSearchParams({
        q: query,
        start: String(now - 3_600),
        end: String(now + 60),
        limit: '200',
        spss: '1000',
      }).toString();
      const answer = await fetch(url);
      const text = await answer.text();
      expect(answer.status, `${query}: ${text}`).to.equal(200);
      return rowsOf(JSON.parse(text) as Search);
    };
    const queryOf = (title: string, values: Readonly<Record<string, string>>): string => {
      const panel = panels().find((one) => one.title.startsWith(title));
      let query = panel?.targets[0]?.query ?? '';
      for (const [name, value] of Object.entries(values)) query = query.replaceAll(`$${name}`, value);
      expect(query).to.not.include('$');
      return query;
    };
    /** Spans of the second kind whose parent is of the first. */
    const children = (
      parent: (span: RecordedSpan) => boolean,
      child: (span: RecordedSpan) => boolean,
    ): readonly RecordedSpan[] =>
      recorded.filter(
        (span) => child(span) && recorded.some((other) => other.spanId === span.parentSpanId && parent(other)),
      );
    const eventuallyAsk = (query: string, rows: number): Promise<Readonly<Record<string, unknown>>[]> =>
      eventually(`${rows} rows of ${query}`, PATIENCE_MS, async () => {
        const found = await ask(query);
        return found.length === rows ? found : undefined;
      });

    it('one trace in causal order: all its spans, with what the table sorts by', async () => {
      const { traceId } = recorded[0] as RecordedSpan;
      const spans = recorded.filter((span) => span.traceId === traceId);
      const rows = await eventuallyAsk(queryOf('One trace', { trace: traceId }), spans.length);
      expect(rows.map((row) => row['causality.lamport'])).to.have.members(
        spans.map(({ attributes }) => attributes['causality.lamport']),
      );
      for (const row of rows) expect(row).to.include.keys('causality.node', 'causality.tick', 'service.name');
    });

    it('clocks behind their callers: orders, and not payments, which is ahead', async () => {
      const behind = children(
        ({ service }) => service === 'gateway',
        ({ kind, service, attributes }) =>
          kind !== 'client' && service !== 'gateway' && Number(attributes['causality.clock_behind_us'] ?? 0) > 0,
      );
      expect(new Set(behind.map(({ service }) => service)))
        .to.include('orders')
        .and.to.not.include('payments');
      const rows = await eventuallyAsk(queryOf('Clocks behind', { caller: 'gateway' }), behind.length);
      expect(rows.map((row) => row['service.name'])).to.have.members(behind.map(({ service }) => service));
      expect(rows.every((row) => Number(row['causality.clock_behind_us']) > 0)).to.be.true;
    });

    it('behind those that answered: gateway, whom payments answers with a clock that is ahead', async () => {
      const answered = children(
        ({ service, kind, attributes }) =>
          service === 'gateway' && kind === 'client' && Number(attributes['causality.clock_behind_us'] ?? 0) > 0,
        ({ kind }) => kind === 'server',
      );
      const rows = await eventuallyAsk(queryOf('Behind those', { caller: 'gateway' }), answered.length);
      expect(rows.map((row) => row['service.name'])).to.have.members(answered.map(({ service }) => service));
      expect(rows.map((row) => row['service.name'])).to.include('payments');
    });

    it('spans that may not know everything', async () => {
      const incomplete = recorded.filter(({ attributes }) => attributes['causality.incomplete'] === true);
      await eventuallyAsk(queryOf('Spans that may not', { caller: '.*' }), incomplete.length);
    });
  });
});

interface Search {
  readonly traces?: readonly {
    readonly spanSets?: readonly {
      readonly spans: readonly {
        readonly attributes?: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
      }[];
    }[];
  }[];
}

/** What a table of Grafana shows for each span: the attributes that the query selects. */
function rowsOf({ traces = [] }: Search): Readonly<Record<string, unknown>>[] {
  const spans = traces.flatMap(({ spanSets = [] }) => spanSets.flatMap((set) => set.spans));
  return spans.map(({ attributes = [] }) =>
    Object.fromEntries(
      attributes.map(({ key, value }) => [
        key,
        'intValue' in value ? Number(value['intValue']) : Object.values(value)[0],
      ]),
    ),
  );
}

function panels(): readonly { readonly title: string; readonly targets: readonly { readonly query: string }[] }[] {
  const file = example('tempo', 'grafana', 'provisioning', 'dashboards', 'causality.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { panels: ReturnType<typeof panels> }).panels;
}
