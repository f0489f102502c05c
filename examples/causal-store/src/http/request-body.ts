/** Reading what somebody sends, up to a limit, as text. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../core/refusal.js';

/** The whole body. Throws a {@link Refusal} when it is larger, breaks off, or is not UTF-8; the rest is then not read. */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<string> {
  const declared = Number(message.headers['content-length'] ?? 0);
  const tooLarge = new Refusal('bad-request', `a body is at most ${maxBytes} bytes here`);
  if (declared > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    // Whoever sent it is gone: that is nobody's failure but theirs.
    throw error === tooLarge ? tooLarge : new Refusal('bad-request', `the body broke off: ${String(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal('bad-value', 'a body is UTF-8');
  }
}
