/** Browser commands for the tests that need the debugging protocol, so Chromium only (test/commands.ts). */
export function protocolCommands() {
  // An emulation lasts as long as its session, so one session is kept per page.
  const clients = new WeakMap();
  const clientOf = async ({ browser, id }) => {
    const page = browser.getPage(id);
    if (!clients.has(page)) clients.set(page, await page.createCDPSession());
    return clients.get(page);
  };

  return {
    name: 'protocol-commands',
    async executeCommand({ command, payload, session }) {
      if (command === 'emulate-media-features') {
        const client = await clientOf(session);
        const features = Object.entries(payload).map(([name, value]) => ({ name, value }));
        await client.send('Emulation.setEmulatedMedia', { features });
        return true;
      }
      if (command === 'touch') {
        const client = await clientOf(session);
        await client.send('Input.dispatchTouchEvent', { type: payload.type, touchPoints: payload.points });
        return true;
      }
      return undefined;
    },
  };
}
