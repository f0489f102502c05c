import { type Context, createContextKey } from '@opentelemetry/api';

// The key of @opentelemetry/core, by its name: keys of one name are equal, and this room needs nothing else of core.
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** True in a context where an exporter (or anyone else) asked not to be traced. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}
