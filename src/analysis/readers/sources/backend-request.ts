/**
 * Requests to a backend that cannot hang, flood, or leave the reader of their errors without a next step.
 *
 * Guarantee: a server that stays silent is given up after the time limit, and an answer is cut off at its limit of
 * bytes. Whatever goes wrong is a {@link ReadTracesError} that names the address without its password.
 * Hazard: redirects are followed, as anything that takes a URL does.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { DEFAULT_BACKEND_TIMEOUT_MS, MAX_LISTING_BYTES, MAX_RESPONSE_BYTES } from '../../../clocks/limits.js';
import type { SourcePart } from './byte-source.js';
import { refusalIn } from '../formats/document.js';
import { ReadTracesError, reasonOf } from '../formats/problems.js';
import { oneLine } from '../../one-line.js';

/** What messages call a request: its parameters would drown what they say. */
export function addressOf(url: string): string {
  return url.replace(/\?.*/, '');
}

/** Thrown for an answer that says no, so that a caller can try another way. */
export class RefusedError extends ReadTracesError {
  constructor(
    source: string,
    reason: string,
    readonly status: number,
  ) {
    super(source, reason);
  }
}

export class BackendClient {
  private readonly base: URL;
  private readonly headers: Record<string, string>;

  /** @param field what the address is called in messages */
  constructor(
    field: string,
    address: string,
    headers: Readonly<Record<string, string>> = {},
    private readonly timeoutMs: number = DEFAULT_BACKEND_TIMEOUT_MS,
  ) {
    this.base = baseOf(field, address);
    this.headers = { accept: 'application/json', ...authorizationOf(this.base), ...headers };
    this.base.username = '';
    this.base.password = '';
  }

  /** The address of a path below the base, with parameters; those without a value are left out. */
  url(path: string, parameters: Readonly<Record<string, string | number | undefined>> = {}): string {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  /** An answer to be read in pieces. Throws {@link RefusedError} where the backend says no. */
  async open(url: string): Promise<SourcePart> {
    const silence = new Silence(this.timeoutMs);
    const response = await this.request(url, silence);
    const length = Number(response.headers.get('content-length') ?? 'none');
    const packed = response.headers.has('content-encoding');
    return {
      name: addressOf(url),
      totalBytes: Number.isInteger(length) && !packed ? length : undefined,
      chunks: bodyOf(url, response, MAX_RESPONSE_BYTES, silence),
    };
  }

  /** A small answer as a whole. Throws {@link RefusedError} where the backend says no. */
  async json(url: string): Promise<unknown> {
    const silence = new Silence(this.timeoutMs);
    const text = await textOf(bodyOf(url, await this.request(url, silence), MAX_LISTING_BYTES, silence));
    try {
      return JSON.parse(text);
    } catch {
      throw new ReadTracesError(addressOf(url), whatIsNoJson(text));
    }
  }

  private async request(url: string, silence: Silence): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, { headers: this.headers, signal: silence.signal });
    } catch (error) {
      silence.end();
      throw new ReadTracesError(addressOf(url), silence.reason ?? unreachable(error), 0, { cause: error });
    }
    if (response.ok && !/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) return response;
    let said = '';
    try {
      said = await textOf(bodyOf(url, response, MAX_LISTING_BYTES, silence));
    } catch {
      // The status says enough.
    }
    if (response.ok) throw new ReadTracesError(addressOf(url), whatIsNoJson(said));
    throw new RefusedError(addressOf(url), refusal(response.status, said), response.status);
  }
}

/** Aborts a request whose server has not said anything for too long. */
class Silence {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined = undefined;
  reason: string | undefined = undefined;

  constructor(private readonly timeoutMs: number) {
    this.heard();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reason = `no answer for ${this.timeoutMs} ms: is it the query port, and is the server up? Or raise timeoutMs`;
      this.controller.abort();
    }, this.timeoutMs);
    // The connection keeps the process alive, and an answer that nobody reads must not.
    this.timer.unref();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  abort(): void {
    this.end();
    this.controller.abort();
  }
}

async function* bodyOf(url: string, response: Response, maxBytes: number, silence: Silence): AsyncGenerator<Buffer> {
  let bytes = 0;
  let finished = false;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      silence.end();
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw new ReadTracesError(
          addressOf(url),
          `an answer of more than ${maxBytes} bytes: ask for fewer with limit or since`,
        );
      }
      // The time that the reader takes is not the server's.
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      silence.heard();
    }
    finished = true;
  } catch (error) {
    if (error instanceof ReadTracesError) throw error;
    throw new ReadTracesError(addressOf(url), silence.reason ?? `the answer breaks off: ${reasonOf(error)}`, 0, {
      cause: error,
    });
  } finally {
    if (finished) silence.end();
    else silence.abort();
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function baseOf(field: string, address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new InvalidValueError(field, address, 'an address such as http://localhost:16686');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = '';
  url.hash = '';
  return url;
}

/** fetch refuses a name and password in an address, so they go where servers look for them. */
function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function unreachable(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const why = typeof code === 'string' ? code : reasonOf(cause);
  return `cannot be reached (${why}): is the server up, and is this the address of its query interface?`;
}

function refusal(status: number, said: string): string {
  let words: string | undefined = said;
  try {
    words = refusalIn(JSON.parse(said));
  } catch {
    if (said.trimStart().startsWith('<')) words = undefined;
  }
  const detail = words === undefined || words.trim() === '' ? '' : `: ${oneLine(words.trim(), 150)}`;
  if (status === 401 || status === 403) return `refused with ${status}${detail}; send credentials in headers`;
  return `refused with ${status}${detail}`;
}

function whatIsNoJson(text: string): string {
  return text.trimStart().startsWith('<')
    ? 'answers with a web page: is this the address of its query interface?'
    : `answers with no JSON, but ${JSON.stringify(oneLine(text, 40))}`;
}
