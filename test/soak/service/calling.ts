/** How a service calls another: over real HTTP, and with what can go wrong on the caller's side. */
import http from 'node:http';
import { connect } from 'node:net';
import { setTimeout as passing } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import type { Call } from '../plan.js';
import type { SlotName } from '../slots.js';
import { UNSAMPLED_PATH } from './by-request-sampler.js';
import { parts } from './parts.js';
import { FAULT_HEADER, REPLY_FAULT_HEADER, REPLY_HEADER } from './headers.js';

/** Longer than any pause of a process, so that a paused peer is waited for now and then. */
const PATIENCE_MS = 2_000;
/** Nobody listens there. */
const NOWHERE = 1;

export const ports = new Map<SlotName, number>();

/** Ends when the reply has been read, or when it is clear that there will be none. */
export async function make(call: Call): Promise<void> {
  const port = call.lost === true ? NOWHERE : (ports.get(call.to) ?? NOWHERE);
  const url = `http://127.0.0.1:${port}${call.plan.sampled ? '/' : UNSAMPLED_PATH}`;
  const body = JSON.stringify(call.plan);
  const signal = AbortSignal.timeout(call.abortMillis ?? PATIENCE_MS);
  const headers = {
    ...(call.fault !== undefined && { [FAULT_HEADER]: call.fault }),
    ...(call.replyFault !== undefined && { [REPLY_FAULT_HEADER]: call.replyFault }),
  };
  try {
    if (call.via === 'fetch') {
      const response = await fetch(url, { method: 'POST', body, headers, signal });
      await response.text();
      noteRead(response.headers.get(REPLY_HEADER));
    } else {
      noteRead(await byHttp(url, body, headers, signal, call.againMillis));
    }
  } catch {
    // A call that fails is what the soak is for: the ledger has no reply to it.
  }
}

function noteRead(message: string | null | undefined): void {
  const span = trace.getActiveSpan()?.spanContext();
  if (span !== undefined && typeof message === 'string') {
    parts().ledger.note({ trace: span.traceId, kind: 'read', message });
  }
}

function byHttp(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  againMillis: number | undefined,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers, signal }, (response) => {
      response.resume().on('error', reject);
      response.on('end', () => {
        const name = response.headers[REPLY_HEADER];
        resolve(typeof name === 'string' ? name : undefined);
      });
    });
    request.on('error', reject).end(body);
    if (againMillis !== undefined) void deliverAgain(request, body, againMillis);
  });
}

/** What a network does that delivers a request twice: the same bytes, and nobody reads the second reply. */
async function deliverAgain(request: http.ClientRequest, body: string, afterMillis: number): Promise<void> {
  const lines = Object.entries(request.getHeaders()).map(([name, value]) => `${name}: ${String(value)}`);
  const head = [`POST ${request.path} HTTP/1.1`, ...lines, 'connection: close', `content-length: ${body.length}`];
  const port = Number(request.getHeader('host')?.toString().split(':')[1]);
  await passing(afterMillis);
  const socket = connect(port, '127.0.0.1');
  // Its peer may be dead by now.
  socket.on('error', () => socket.destroy()).resume();
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.end(`${head.filter(once).join('\r\n')}\r\n\r\n${body}`);
}

/** Of each header the first. */
function once(line: string, index: number, lines: readonly string[]): boolean {
  const name = line.slice(0, line.indexOf(':')).toLowerCase();
  return lines.findIndex((other) => other.toLowerCase().startsWith(`${name}:`)) === index;
}
