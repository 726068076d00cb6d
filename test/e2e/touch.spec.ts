/** Tests the user journey by touch, on a phone's screen. */
import { expect, test } from '@playwright/test';
import { Inbox } from './inbox.js';
import { measureTargets } from './touch-target-size.js';

test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } });

test('the whole journey, by touch', async ({ page, context }) => {
  const inbox = new Inbox(page);
  await page.goto('/');
  const section = (name: string) => page.getByRole('link', { name, exact: true }).filter({ visible: true }).first();

  await section('Settings').tap();
  await inbox.settings.getByRole('button', { name: 'Use example statuses' }).tap();
  await expect.poll(() => inbox.statusNames()).toEqual(['Leads', 'Purchase', 'Repurchase']);

  await test.step('drag by the dots', async () => {
    const client = await context.newCDPSession(page);
    const center = async (name: string) => {
      const area = (await inbox.settings.getByRole('button', { name: `Reorder ${name}` }).boundingBox())!;
      return { x: area.x + area.width / 2, y: area.y + area.height / 2 };
    };
    const from = await center('Repurchase');
    const to = await center('Leads');
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: from.x, y }] });
    await touch('touchStart', from.y);
    for (let step = 1; step <= 12; step++) await touch('touchMove', from.y + ((to.y - 12 - from.y) * step) / 12);
    await touch('touchEnd');
    await expect.poll(() => inbox.statusNames()).toEqual(['Repurchase', 'Leads', 'Purchase']);
  });

  await test.step('or by the menu', async () => {
    await inbox.settings.getByRole('button', { name: 'Reorder Repurchase' }).tap();
    await inbox.settings.getByRole('menuitem', { name: 'Move to bottom' }).tap();
    await expect.poll(() => inbox.statusNames()).toEqual(['Leads', 'Purchase', 'Repurchase']);
  });

  await test.step('pick and filter', async () => {
    await section('Chats').tap();
    await inbox.conversations().first().getByRole('link').first().tap();
    await inbox.composerPicker.tap();
    await page.getByRole('option', { name: 'Leads', exact: true }).tap();
    await expect(inbox.composerPicker).toHaveText('Leads');
    await page.goto('/#/chats');
    const filter = page.locator('pipeline-filter:visible');
    await filter.getByRole('button', { name: /^Filter by status/ }).tap();
    await filter.getByRole('checkbox', { name: /^Leads, / }).tap();
    await expect(inbox.conversations()).toHaveCount(1);
  });

  await test.step('every control is large enough to touch', async () => {
    for (const name of ['Settings', 'Contacts', 'Chats']) {
      await section(name).tap();
      const { measured, small } = await measureTargets(page);
      expect(small, name).toEqual([]);
      expect(measured, name).toBeGreaterThan(0);
    }
    await inbox.conversations().first().getByRole('link').first().tap();
    await expect(inbox.composerPicker).toBeVisible();
    expect((await measureTargets(page)).small, 'a conversation').toEqual([]);
  });
});
