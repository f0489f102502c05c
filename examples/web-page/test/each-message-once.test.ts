import { expect } from 'chai';
import { expectEachOnce, Scene } from './scene.js';

describe('each component shows each message once', () => {
  const scene = Scene.install();

  it('though every message is sent twice', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(4);
    await tab.received(8);
    await expectEachOnce(tab, ids);
    for (const { shown, dropped } of await tab.feeds())
      expect({ shown, dropped }).to.deep.equal({ shown: 4, dropped: 4 });
  });

  it('after a refresh, when the last five come again', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(7);
    await tab.received(14);
    await tab.refresh();
    await tab.received(10);
    await expectEachOnce(tab, ids);
    for (const { shown, dropped } of await tab.feeds())
      expect({ shown, dropped }).to.deep.equal({ shown: 0, dropped: 10 });
    ids.push(...(await scene.placeOrders(1)));
    await tab.received(12);
    await expectEachOnce(tab, ids);
  });

  it('when a page is refreshed again and again while orders come', async () => {
    const tab = await scene.tab();
    const placing = scene.placeOrders(40);
    for (let i = 0; i < 4; i++) await tab.refresh();
    const ids = await placing;
    await tab.page.waitForFunction(
      (least) =>
        [...document.querySelectorAll('order-feed')].every((feed) => feed.querySelectorAll('li').length >= least),
      ids.length,
    );
    await tab.refresh();
    await tab.received(10);
    await expectEachOnce(tab, ids);
  });

  it('in a second tab, which is sent everything', async () => {
    const profile = await scene.profile();
    const first = await scene.tab(profile);
    const ids = await scene.placeOrders(3);
    await first.received(6);
    const second = await scene.tab(profile);
    await second.received(6);
    await expectEachOnce(second, ids);
    ids.push(...(await scene.placeOrders(9)));
    for (const tab of [first, second]) {
      await tab.received(24);
      await expectEachOnce(tab, ids);
    }
    await second.refresh();
    await second.received(10);
    await first.refresh();
    await first.received(10);
    for (const tab of [first, second]) await expectEachOnce(tab, ids);
  });

  it('rings the bell in one tab of three, once for each message', async () => {
    const profile = await scene.profile();
    const tabs = [await scene.tab(profile), await scene.tab(profile), await scene.tab(profile)];
    await scene.placeOrders(30);
    for (const tab of tabs) await tab.received(60);
    let rung = 0;
    for (const tab of tabs) rung += await tab.rung();
    expect(rung).to.equal(30);
    await tabs[0]?.refresh();
    await tabs[0]?.received(10);
    expect(await tabs[0]?.rung()).to.equal(0);
  });

  it('when the connection breaks, and what came meanwhile is not lost', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(3);
    await tab.received(6);
    await scene.fleet.disturb('cut');
    ids.push(...(await scene.placeOrders(3)));
    await tab.received(6 + 6 + 6);
    await tab.connected();
    await expectEachOnce(tab, ids);
  });

  it('when the service restarts and counts from one again: its new messages are not taken for old ones', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(3);
    await tab.received(6);
    await scene.fleet.restartOrders();
    ids.push(...(await scene.placeOrders(2)));
    expect(ids.map((id) => id.split(':')[1])).to.deep.equal(['1', '2', '3', '1', '2']);
    await tab.received(10);
    await expectEachOnce(tab, ids);
    await tab.refresh();
    await tab.received(4);
    await expectEachOnce(tab, ids);
  });

  it('when everything is sent again', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(6);
    await tab.received(12);
    await scene.fleet.disturb('replay');
    await scene.fleet.disturb('replay');
    await tab.received(36);
    await expectEachOnce(tab, ids);
  });

  it('though it keeps no more rows than fifty: older messages are still known', async () => {
    const tab = await scene.tab();
    const ids = await scene.placeOrders(60);
    await tab.received(120);
    await expectEachOnce(tab, ids.slice(-50));
    await tab.refresh();
    await tab.received(10);
    await expectEachOnce(tab, ids.slice(-50));
    await scene.fleet.disturb('replay');
    await tab.received(10 + 120);
    await expectEachOnce(tab, ids.slice(-50));
  });
});
