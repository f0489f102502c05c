/**
 * The wire as this process sees it, by Node's diagnostics channels: what befalls requests and replies on their way, and
 * the names of replies. Call it before the library subscribes, so that the library sees what the fault left.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { type SpanContext, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { headerIn } from '../../../src/node/outgoing-parent.js';
import type { MessageName } from '../ledger.js';
import { befall, stampIn, WIRE_FAULTS, type WireFault } from '../wire-faults.js';
import { REPLY_FAULTS } from '../reply-faults.js';
import { FAULT_HEADER, REPLY_FAULT_HEADER, REPLY_HEADER, REQUEST_HEADER } from './headers.js';
import type { LedgerFile } from './ledger-file.js';

const names = new WeakMap<ServerResponse, MessageName>();

/** The name of a reply whose head has left. */
export function nameOfReply(response: ServerResponse): MessageName | undefined {
  return names.get(response);
}

export class Wire {
  /** Stamps of earlier messages, one that the next fault may take and one that comes after it. */
  private readonly earlier: string[] = [];

  constructor(
    private readonly ledger: LedgerFile,
    private readonly node: () => string | undefined,
  ) {}

  watch(): void {
    subscribe('http.server.request.start', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
      this.requestArrives(request);
      this.nameReply(request, response);
    });
    subscribe('http.client.response.finish', (message) => {
      const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
      const parent = parentIn(request.getHeader('traceparent'));
      this.befallReply(request.getHeader(REPLY_FAULT_HEADER), response.rawHeaders, parent?.traceId);
      this.replyArrives(parent, response.headers[REPLY_HEADER]);
    });
    subscribe('undici:request:headers', (message) => {
      const { request, response } = message as { request: { headers?: unknown }; response: { headers?: unknown } };
      const parent = parentIn(headerIn(request.headers, 'traceparent'));
      this.replyArrives(parent, headerIn(response.headers, REPLY_HEADER));
    });
  }

  private requestArrives({ headers }: IncomingMessage): void {
    const stamp = stampIn(headers);
    const fault = WIRE_FAULTS.find((one) => one === headers[FAULT_HEADER]);
    if (fault !== undefined) this.befallRequest(headers, fault);
    if (stamp === undefined) return;
    this.earlier.push(stamp);
    if (this.earlier.length > 8) this.earlier.shift();
  }

  private befallRequest(headers: IncomingMessage['headers'], fault: WireFault): void {
    const message = headers[REQUEST_HEADER];
    const trace = parentIn(headers['traceparent'])?.traceId;
    if (trace !== undefined) {
      this.ledger.note({ trace, kind: 'fault', fault, ...(typeof message === 'string' ? { message } : {}) });
    }
    befall(headers, fault, { node: this.node(), stale: this.staleFor(trace) });
  }

  private staleFor(trace: string | undefined): string | undefined {
    return this.earlier.find((stamp) => trace === undefined || !stamp.includes(`!${trace.slice(-16)}!`));
  }

  private nameReply({ headers }: IncomingMessage, response: ServerResponse): void {
    const writeHead = response.writeHead.bind(response) as (...args: readonly unknown[]) => ServerResponse;
    response.writeHead = (...args: readonly unknown[]) => {
      const span = trace.getActiveSpan()?.spanContext();
      if (span !== undefined && !response.headersSent) {
        const message = this.ledger.nameMessage(span.traceId);
        const heard = headers[REQUEST_HEADER];
        // The library has just set it: its wrap of this method is outside of ours.
        const stamped = response.hasHeader('causality');
        const entry = { trace: span.traceId, kind: 'reply', message, span: span.spanId, stamped } as const;
        this.ledger.note(typeof heard === 'string' ? { ...entry, heard } : entry);
        names.set(response, message);
        response.setHeader(REPLY_HEADER, message);
      }
      return writeHead(...args);
    };
  }

  /** Where the library looks: among the headers as they came. */
  private befallReply(named: unknown, headers: string[], trace: string | undefined): void {
    const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'causality');
    const stamp = headers[at + 1];
    const fault = REPLY_FAULTS.find((one) => one === named);
    if (at < 0 || stamp === undefined || fault === undefined || trace === undefined) return;
    this.ledger.note({ trace, kind: 'reply fault', fault });
    // Node has counted them: one that is lost stands there by another name.
    if (fault === 'drops the stamp') headers[at] = 'x-lost';
    else headers[at + 1] = fault === 'garbles the stamp' ? stamp.replace('*', '=') : (this.staleFor(trace) ?? stamp);
  }

  private replyArrives(parent: SpanContext | undefined, message: unknown): void {
    if (parent !== undefined && typeof message === 'string') {
      this.ledger.note({ trace: parent.traceId, kind: 'heard', message });
    }
  }
}

function parentIn(traceparent: unknown): SpanContext | undefined {
  return typeof traceparent === 'string' ? (parseTraceParent(traceparent) ?? undefined) : undefined;
}
