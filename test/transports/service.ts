/** A service's process: loads the module that it is told to and runs its functions when the test asks for them. */
type Actions = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

interface Order {
  readonly id: number;
  readonly action: string;
  readonly args: readonly unknown[];
}

process.once('disconnect', () => process.exit());

const actions = (await import(process.argv[2] as string)) as Actions;

async function obey({ id, action, args }: Order): Promise<void> {
  try {
    process.send?.({ id, result: await actions[action]?.(...args) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on('message', (order: Order) => void obey(order));
process.send?.({ ready: true });
