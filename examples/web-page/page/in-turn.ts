/**
 * Runs something while no other tab of this origin runs the same.
 *
 * Where the browser has no locks (pages that are not secure) or forbids them together with storage, it runs at once:
 * tabs that share nothing have nothing to take turns with.
 */
export async function inTurn(name: string, act: () => Promise<void>): Promise<void> {
  let begun = false;
  try {
    await navigator.locks.request(name, () => {
      begun = true;
      return act();
    });
  } catch (error) {
    if (begun) throw error;
    await act();
  }
}
