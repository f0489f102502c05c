/** What a span is called wherever it is shown. */
import type { RecordedSpan } from '../recorded.js';

const METHOD_ONLY = /^(?:HTTP )?(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)$/;

/** Attributes that tell where a request went, by the present semantic conventions and by those before them. */
const TARGETS = ['url.path', 'http.target', 'url.full', 'http.url'] as const;

/** The name; for an HTTP span that is named by its method alone, with the path. Not yet fit for a terminal. */
export function spanLabel({ name, attributes }: RecordedSpan): string {
  if (!METHOD_ONLY.test(name)) return name;
  for (const key of TARGETS) {
    const target = attributes[key];
    if (typeof target !== 'string' || target === '') continue;
    return `${name} ${pathOf(target) || '/'}`;
  }
  return name;
}

/** The path of an address, or of a request's target, without what stands around it. */
function pathOf(target: string): string {
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = local.search(/[?#]/);
  return end < 0 ? local : local.slice(0, end);
}
