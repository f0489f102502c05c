/** What the library said through OpenTelemetry's diag while an action ran. */
import { diag, DiagLogLevel } from '@opentelemetry/api';

export function diagLines(action: () => void): string[] {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: string): void => {
      if (message.startsWith('otel-causality')) lines.push(`${level} ${message}`);
    };
  diag.setLogger(
    { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), verbose: at('verbose') },
    DiagLogLevel.ALL,
  );
  try {
    action();
  } finally {
    diag.disable();
  }
  return lines;
}
