/**
 * Which targets get stamps, by a list of host patterns: `orders.internal,*.svc.cluster.local,10.0.0.7:8080`.
 *
 * Guarantee: no pattern becomes a regular expression; a host is looked at once for each pattern, from its end. A
 * target that no attribute names gets nothing.
 * Hazard: a refused pattern must not open the door that the list was meant to close, so it matches nothing.
 */
import type { Attributes } from '@opentelemetry/api';
import { MAX_TARGET_PATTERNS } from '../clocks/limits.js';
import type { EnvironmentValues } from './environment-values.js';

interface Target {
  readonly host: string;
  readonly port: string | undefined;
}

interface Pattern extends Target {
  /** The host is what the target's must end with. */
  readonly suffix: boolean;
}

const VARIABLE = 'OTEL_CAUSALITY_TARGETS';
const EXPECTED = "a host, '*.suffix' or '*', each with a port or without, separated by commas";

/** `propagateTo` as `OTEL_CAUSALITY_TARGETS` has it; undefined where it says nothing. */
export function targetsOf(variables: EnvironmentValues): ((attributes: Attributes) => boolean) | undefined {
  const text = variables.text(VARIABLE);
  if (text === undefined) return undefined;
  const patterns: Pattern[] = [];
  for (const part of text.split(',', MAX_TARGET_PATTERNS + 1)) {
    if (patterns.length === MAX_TARGET_PATTERNS) {
      variables.refuse(VARIABLE, text, `at most ${MAX_TARGET_PATTERNS} hosts`, 'the others get no stamps');
      break;
    }
    const pattern = part.trim() === '' ? undefined : patternOf(part.trim());
    if (pattern !== undefined) patterns.push(pattern);
    else if (part.trim() !== '') variables.refuse(VARIABLE, part.trim(), EXPECTED, 'it matches nothing');
  }
  return (attributes) => {
    const target = targetNamedBy(attributes);
    return target !== undefined && patterns.some((pattern) => matches(pattern, target));
  };
}

function patternOf(text: string): Pattern | undefined {
  if (text === '*') return { host: '', port: undefined, suffix: true };
  const target = hostAndPort(text);
  if (target === undefined) return undefined;
  const suffix = target.host.startsWith('*.');
  const host = suffix ? target.host.slice(1) : target.host;
  return /^[\p{L}\p{N}._:-]+$/u.test(host) && host !== '.' ? { host, port: target.port, suffix } : undefined;
}

function matches(pattern: Pattern, { host, port }: Target): boolean {
  if (pattern.port !== undefined && pattern.port !== port) return false;
  return pattern.suffix ? host.endsWith(pattern.host) && host.length > pattern.host.length : host === pattern.host;
}

/** Where the sending span goes, by the names that instrumentations give it, the present ones first. */
function targetNamedBy(attributes: Attributes): Target | undefined {
  const address = attributes['server.address'] ?? attributes['net.peer.name'];
  const port = attributes['server.port'] ?? attributes['net.peer.port'];
  if (typeof address === 'string' && address !== '') {
    const named = hostAndPort(address);
    return named === undefined ? undefined : { host: named.host, port: port === undefined ? named.port : String(port) };
  }
  const url = attributes['url.full'] ?? attributes['http.url'];
  const authority = typeof url === 'string' ? /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] : undefined;
  if (authority === undefined) return undefined;
  return hostAndPort(authority.slice(authority.lastIndexOf('@') + 1));
}

/** `host`, `host:80`, `[::1]`, `[::1]:80` or `::1`, without a dot at the end and in lower case. */
function hostAndPort(text: string): Target | undefined {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text);
  const plain =
    bracketed ?? /^([^:[\]]*)(?::(\d{1,5}))?$/.exec(text) ?? /^([0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*)$/i.exec(text);
  const host = plain?.[1]?.toLowerCase().replace(/\.$/, '');
  return host === undefined || host === '' ? undefined : { host, port: plain?.[2] };
}
