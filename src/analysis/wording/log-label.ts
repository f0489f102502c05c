/**
 * What a log is called wherever it is shown: its severity and the first line of its message, cleaned of whatever a
 * terminal would obey.
 */
import { oneLine } from '../one-line.js';
import type { RecordedLog } from '../recorded.js';

const MOST = 200;

export function logLabel({ severity, body }: RecordedLog): string {
  const said = body === undefined ? '(no message)' : Array.isArray(body) ? body.map(String).join(' ') : String(body);
  return oneLine(`${severity === '' ? 'log' : severity} ${said}`, MOST);
}
