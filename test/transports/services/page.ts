/** A page, as far as Node can be one: the README's own code, told what to get. */
import { trace } from '@opentelemetry/api';

interface Page {
  get(url: string): Promise<Response>;
}

const page = (await import(process.env['PAGE'] as string)) as Page;

/** Gets each address in turn. No trace of their own: each is one. */
export async function get(urls: readonly string[]): Promise<void> {
  for (const url of urls) await (await page.get(url)).text();
  trace.getTracer('page').startSpan('afterwards').end();
}
