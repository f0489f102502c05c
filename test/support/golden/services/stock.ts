/** What both racing services write: one row of stock, that nobody locks. */
import { trace } from '@opentelemetry/api';

export function touchStock(operation: 'read' | 'write'): void {
  trace.getActiveSpan()?.setAttributes({ 'causality.resource': 'stock/sku-1', 'causality.operation': operation });
}
