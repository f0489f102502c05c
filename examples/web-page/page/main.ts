/** The page: components, one stream, and a button that begins a trace. */
import { addresses } from './addresses';
import { CausalOrder } from './causal-order';
import { OrderBell } from './order-bell';
import { OrderFeed } from './order-feed';
import { OrderStream } from './order-stream';
import { flush, inSpan, post } from './telemetry';

const ITEMS = ['flat white', 'espresso', 'two croissants', 'pot of tea', 'hot chocolate', 'lemon cake', 'cold brew'];

customElements.define('order-feed', OrderFeed);
customElements.define('order-bell', OrderBell);
customElements.define('causal-order', CausalOrder);

const status = document.querySelector('#status') as HTMLOutputElement;
const feeds = [...document.querySelectorAll<OrderFeed>('order-feed')];
const bell = document.querySelector('order-bell') as OrderBell;
const causalOrder = document.querySelector('causal-order') as CausalOrder;

const stream = new OrderStream((connected) => {
  status.textContent = connected ? 'connected' : 'connection lost, trying again';
  status.className = connected ? 'on' : 'off';
});
for (const listener of [...feeds, bell]) listener.listen(stream);
stream.open(resumeFrom(feeds.map(({ last }) => last)));

/** Where one component knows less than the others, all are sent what that one misses: the others drop it. */
function resumeFrom(lasts: readonly (string | undefined)[]): string | undefined {
  const [first] = lasts;
  return lasts.every((last) => last === first) ? first : undefined;
}

async function placeOrder(): Promise<void> {
  const item = ITEMS[(feeds[0]?.querySelectorAll('li').length ?? 0) % ITEMS.length];
  await inSpan('place order', async (span) => {
    causalOrder.showLater(span.spanContext().traceId);
    // Two calls, one after the other: the first one's reply puts the second after all that the first one did.
    await post(span, `${addresses.stock}/reservations`, { item });
    await post(span, `${addresses.orders}/orders`, { item });
  });
}

function onClick(id: string, act: () => Promise<unknown>): void {
  document.getElementById(id)?.addEventListener('click', () => {
    act().catch((error: unknown) => {
      status.textContent = String(error);
      status.className = 'off';
    });
  });
}

onClick('order', placeOrder);
onClick('cut', () => inSpan('break the connection', (span) => post(span, `${addresses.orders}/cut`, {})));
onClick('replay', () => inSpan('ask for everything', (span) => post(span, `${addresses.orders}/replay`, {})));
addEventListener('pagehide', () => void flush());
