// A minimal @web/test-runner launcher for WebKitGTK: Xvfb, WebKitWebDriver and MiniBrowser over plain WebDriver.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { PNG } from 'pngjs';
import { setTimeout as sleep } from 'node:timers/promises';

const KEYS = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Control: '\uE009',
  Alt: '\uE00A',
  Escape: '\uE00C',
  Space: ' ',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  End: '\uE010',
  Home: '\uE011',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
  Insert: '\uE016',
  Delete: '\uE017',
  Meta: '\uE03D',
  F1: '\uE031',
};
const BUTTON = { left: 0, middle: 1, right: 2 };
const freePort = () =>
  new Promise((ok, no) => {
    const s = createServer()
      .once('error', no)
      .listen(0, '127.0.0.1', () => {
        const { port } = s.address();
        s.close(() => ok(port));
      });
  });

export function webkitLauncher({ name = 'WebKit', driver = 'WebKitWebDriver' } = {}) {
  let config,
    xvfb,
    wd,
    base,
    session,
    booting,
    windows = new Map(),
    idle = [],
    lock = Promise.resolve();
  // A WebDriver session has one current window, so everything that depends on it is serialized.
  const exclusive = (fn) => (lock = lock.then(fn, fn));
  const call = async (method, path, body) => {
    const res = await fetch(base + path, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
      headers: { 'content-type': 'application/json' },
    });
    const { value } = await res.json();
    if (!res.ok) throw new Error(`${method} ${path}: ${value.error} ${value.message}`);
    return value;
  };
  const wdCall = (method, path, body) => call(method, `/session/${session}${path}`, body);
  const boot = async () => {
    const env = { ...process.env };
    if (!env.DISPLAY) {
      xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      });
      const n = await new Promise((ok, no) => {
        xvfb.stdio[3].once('data', (d) => ok(String(d).trim()));
        xvfb.once('error', no);
        xvfb.once('exit', () => no(new Error('Xvfb died')));
      });
      env.DISPLAY = `:${n}`;
    }
    const port = await freePort();
    wd = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' });
    base = `http://127.0.0.1:${port}`;
    for (let i = 0; ; i++) {
      try {
        await call('GET', '/status');
        break;
      } catch (e) {
        if (i > 50) throw e;
        await sleep(100);
      }
    }
    const s = await call('POST', '/session', { capabilities: { alwaysMatch: {} } });
    session = s.sessionId;
    process.once('exit', () => {
      wd.kill();
      xvfb?.kill();
    });
    windows.set('__first', await wdCall('GET', '/window'));
    idle.push(windows.get('__first'));
  };
  const focus = async (id) => wdCall('POST', '/window', { handle: windows.get(id) });
  const act = (id, actions) =>
    exclusive(async () => {
      await focus(id);
      await wdCall('POST', '/actions', { actions });
    });
  const key = (id, ...steps) =>
    act(id, [{ type: 'key', id: 'kb', actions: steps.map(([type, k]) => ({ type, value: KEYS[k] ?? k })) }]);
  const mouse = (id, ...actions) =>
    act(id, [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }]);
  const move = (x, y) => ({ type: 'pointerMove', duration: 0, origin: 'viewport', x, y });
  // Imitates the small part of a Puppeteer page that @web/test-runner-commands uses.
  const page = (id) => ({
    keyboard: {
      type: (t) =>
        key(
          id,
          ...[...t].flatMap((c) => [
            ['keyDown', c],
            ['keyUp', c],
          ]),
        ),
      press: (combo) => {
        const ks = combo === '+' ? ['+'] : combo.split('+');
        return key(id, ...ks.map((k) => ['keyDown', k]), ...ks.reverse().map((k) => ['keyUp', k]));
      },
      down: (k) => key(id, ['keyDown', k]),
      up: (k) => key(id, ['keyUp', k]),
    },
    mouse: {
      move: (x, y) => mouse(id, move(x, y)),
      click: (x, y, { button = 'left' } = {}) =>
        mouse(
          id,
          move(x, y),
          { type: 'pointerDown', button: BUTTON[button] },
          { type: 'pointerUp', button: BUTTON[button] },
        ),
      down: ({ button = 'left' } = {}) => mouse(id, { type: 'pointerDown', button: BUTTON[button] }),
      up: ({ button = 'left' } = {}) => mouse(id, { type: 'pointerUp', button: BUTTON[button] }),
      reset: () =>
        exclusive(async () => {
          await focus(id);
          await wdCall('DELETE', '/actions');
        }),
    },
    setViewport: ({ width, height }) =>
      exclusive(async () => {
        await focus(id);
        for (let i = 0; i < 3; i++) {
          // The window has a toolbar, so the size is corrected until the viewport fits.
          const [w, h] = await wdCall('POST', '/execute/sync', {
            script: 'return [innerWidth, innerHeight]',
            args: [],
          });
          if (w === width && h === height) return;
          const r = await wdCall('GET', '/window/rect');
          await wdCall('POST', '/window/rect', { width: r.width + width - w, height: r.height + height - h });
          await sleep(50);
        }
      }),
    // The driver's element screenshots are blank, so the page's is cropped.
    evaluateHandle: (fn, ...args) =>
      exclusive(async () => {
        await focus(id);
        const box = await wdCall('POST', '/execute/sync', {
          script: `const e = (${fn}).apply(null, arguments); if (!e) return null; e.scrollIntoView({ block: 'nearest' }); const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height].map(Math.round)`,
          args,
        });
        return {
          asElement: () =>
            box && {
              screenshot: () =>
                exclusive(async () => {
                  await focus(id);
                  const full = PNG.sync.read(Buffer.from(await wdCall('GET', '/screenshot'), 'base64'));
                  const [x, y, w, h] = box,
                    out = new PNG({ width: w, height: h });
                  PNG.bitblt(full, out, x, y, w, h, 0, 0);
                  return PNG.sync.write(out);
                }),
            },
        };
      }),
    screenshot: () =>
      exclusive(async () => {
        await focus(id);
        return Buffer.from(await wdCall('GET', '/screenshot'), 'base64');
      }),
  });
  return {
    name,
    type: 'puppeteer',
    concurrency: 1,
    initialize(c) {
      config = c;
    },
    async startSession(id, url) {
      await (booting ??= boot());
      await exclusive(async () => {
        windows.set(id, idle.pop() ?? (await wdCall('POST', '/window/new', { type: 'window' })).handle);
        await focus(id);
        await wdCall('POST', '/url', { url });
      });
    },
    isActive: (id) => windows.has(id),
    getBrowserUrl: (id) =>
      exclusive(async () => {
        await focus(id);
        return wdCall('GET', '/url');
      }),
    getPage: page,
    async stopSession(id) {
      return exclusive(async () => {
        await focus(id);
        const testCoverage = await wdCall('POST', '/execute/sync', {
          script: 'return window.__coverage__',
          args: [],
        }).catch(() => undefined);
        await wdCall('POST', '/url', { url: 'about:blank' });
        idle.push(windows.get(id));
        windows.delete(id);
        return { testCoverage: config.coverage ? (testCoverage ?? undefined) : undefined };
      });
    },
    async startDebugSession() {
      throw new Error('no debug session in WebKitGTK');
    },
    async stop() {
      if (session) await wdCall('DELETE', '').catch(() => {});
      wd?.kill();
      xvfb?.kill();
    },
  };
}
