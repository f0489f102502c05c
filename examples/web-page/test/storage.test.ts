import { expect } from 'chai';
import type { BrowserContext } from 'playwright-core';
import { expectEachOnce, Scene } from './scene.js';

/** Fills both storages of the page's origin for real, until the browser refuses one more character. */
function fillStorages(): void {
  for (const storage of [localStorage, sessionStorage]) {
    for (let size = 1 << 20, n = 0; size >= 1; n++) {
      try {
        storage.setItem(`filler-${n}`, 'x'.repeat(size));
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
        size >>= 1;
      }
    }
  }
}

describe('where the browser keeps nothing', () => {
  const scene = Scene.install();

  async function fullProfile(): Promise<BrowserContext> {
    const profile = await scene.profile();
    await profile.addInitScript(fillStorages);
    return profile;
  }

  for (const [what, profile, error] of [
    ['is full', fullProfile, 'QuotaExceededError'],
    ['is forbidden', () => scene.profileWithoutStorage(), 'SecurityError'],
  ] as const) {
    it(`shows each message once though storage ${what}, and says that it will not remember`, async () => {
      const tab = await scene.tab(await profile());
      const ids = await scene.placeOrders(7);
      await tab.received(14);
      await scene.fleet.disturb('replay');
      await tab.received(28);
      await expectEachOnce(tab, ids);
      for (const { note } of await tab.feeds()) expect(note).to.contain(error);
      await tab.page.locator('order-bell[data-rung="7"]').waitFor();

      // Nothing was kept, so the page begins anew: with all messages, not with the last few.
      await tab.refresh();
      await tab.received(14);
      await expectEachOnce(tab, ids);
      for (const { shown } of await tab.feeds()) expect(shown).to.equal(7);
    });
  }

  it('goes on where storage fills up in the middle, and takes up what was kept before', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(3);
    await tab.received(6);
    await tab.page.evaluate(fillStorages);
    ids.push(...(await scene.placeOrders(30)));
    await tab.received(66);
    await expectEachOnce(tab, ids);
    for (const { note } of await tab.feeds()) expect(note).to.contain('QuotaExceededError');
    await tab.refresh();
    await tab.page.waitForFunction(
      (count) =>
        [...document.querySelectorAll('order-feed')].every((feed) => feed.querySelectorAll('li').length === count),
      ids.length,
    );
    await expectEachOnce(tab, ids);
  });

  it('stores again once there is room', async () => {
    const tab = await scene.tab();
    await tab.page.evaluate(fillStorages);
    const ids = await scene.placeOrders(2);
    await tab.received(4);
    await tab.page.evaluate(() => {
      for (const storage of [localStorage, sessionStorage]) {
        for (const name of Object.keys(storage)) if (name.startsWith('filler-')) storage.removeItem(name);
      }
    });
    ids.push(...(await scene.placeOrders(1)));
    await tab.received(6);
    for (const { note } of await tab.feeds()) expect(note).to.equal('');
    await tab.refresh();
    await tab.received(6);
    await expectEachOnce(tab, ids);
    for (const { shown } of await tab.feeds()) expect(shown).to.equal(0);
  });

  const spoilers: readonly (readonly [what: string, spoil: (text: string) => string])[] = [
    ['garbage', () => '{"not": "ours"'],
    ['a text that stops in the middle', (text) => text.slice(0, text.length / 2)],
    ['a text with one other character', (text) => text.replace(/"tick":1\b/, '"tick":9')],
    ['an empty text', () => ''],
  ];
  for (const [what, spoil] of spoilers) {
    it(`starts over where both copies of a state are ${what}`, async () => {
      const tab = await scene.tab();
      const ids = await scene.placeOrders(8);
      await tab.received(16);
      const stored = await tab.page.evaluate(() => Object.entries(sessionStorage) as [string, string][]);
      expect(stored.map(([name]) => name).sort()).to.deep.equal(
        ['Counter', 'Kitchen', 'Pick-up'].flatMap((name) => [`orders:${name}.0`, `orders:${name}.1`]),
      );
      const spoilt = stored
        .filter(([name]) => name.includes('Kitchen'))
        .map(([name, text]) => [name, spoil(text)] as const);
      for (const [name, text] of spoilt) expect(stored).not.to.deep.include([name, text]);
      await tab.page.evaluate((texts) => {
        for (const [name, text] of texts) sessionStorage.setItem(name, text);
      }, spoilt);
      await tab.refresh();
      // The kitchen has nothing, so everybody is sent everything; the others drop all of it.
      await tab.received(16);
      await expectEachOnce(tab, ids);
      expect((await tab.feeds()).map(({ shown }) => shown)).to.deep.equal([0, 8, 0]);
      await tab.refresh();
      await tab.received(10);
      await expectEachOnce(tab, ids);
    });
  }

  it('takes the older copy where a crash has torn the newer one', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(8);
    await tab.received(16);
    await tab.page.evaluate(() => {
      // Both are whole; the longer one is the newer one.
      const names = ['orders:Kitchen.0', 'orders:Kitchen.1'];
      const lengths = names.map((name) => sessionStorage.getItem(name)?.length ?? 0);
      const newer = names[(lengths[0] ?? 0) > (lengths[1] ?? 0) ? 0 : 1] ?? '';
      sessionStorage.setItem(newer, (sessionStorage.getItem(newer) ?? '').slice(0, -20));
    });
    await tab.refresh();
    await tab.received(16);
    await expectEachOnce(tab, ids);
    expect((await tab.feeds()).map(({ shown }) => shown)).to.deep.equal([0, 1, 0]);
  });

  it('remembers in a private window until that is closed', async () => {
    const window = await scene.profile();
    const tab = await scene.tab(window);
    const ids = await scene.placeOrders(3);
    await tab.received(6);
    await tab.refresh();
    await tab.received(6);
    await expectEachOnce(tab, ids);
    await window.close();
    const later = await scene.tab();
    await later.received(6);
    await expectEachOnce(later, ids);
    for (const { shown } of await later.feeds()) expect(shown).to.equal(3);
    expect(await later.rung()).to.equal(3);
  });
});
