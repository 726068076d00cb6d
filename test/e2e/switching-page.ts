/** Runs inside the page of `switching.spec.ts`: watches for what belongs to another tenant, and acts as a hurried user. */

export interface Leak {
  step: number;
  where: string;
  shown: string;
  tenant: string;
}

export interface Watch {
  step: number;
  leaks: Leak[];
  /** The name of the tenant whose data may be shown; `none`: not known yet; `any`: it changes in this very turn. */
  tenant: string;
  setSource(src: string): void;
  act(kind: string, random: number[]): Promise<void>;
}

/** Serialized into the page: everything it uses is inside. */
export function install(): void {
  const TENANTS = ['red', 'blue'];
  /** By the id of a status: whose it is. */
  const owners = new Map<string, string>();
  let epoch = 0;
  /** Whose data the answers since the last change of source are. */
  let answered: string | undefined;
  const later = (run: () => void): void => void setTimeout(run);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  const watch: Watch = {
    step: 0,
    leaks: [],
    tenant: 'none',
    setSource(src) {
      const provider = document.querySelector('pipeline-provider')!;
      if (provider.src === src) return;
      const mine = ++epoch;
      watch.tenant = 'any';
      provider.src = src;
      answered = TENANTS.find((each) => src.endsWith(`/${each}`));
      later(() => {
        if (mine === epoch && watch.tenant === 'any') watch.tenant = answered ?? 'none';
        look();
      });
    },
    act,
  };
  Object.assign(window, { watch });

  function check(where: string, shown: string): void {
    if (watch.tenant === 'any') return;
    const others = TENANTS.filter((each) => each !== watch.tenant);
    const isOther = others.some(
      (each) => shown.includes(`of ${each}`) || [...owners].some(([id, owner]) => owner === each && shown.includes(id)),
    );
    if (isOther)
      watch.leaks.push({
        step: watch.step,
        where,
        shown: shown.replace(/\s+/g, ' ').slice(0, 300),
        tenant: watch.tenant,
      });
  }

  // Answers say, in a header that only this test's server has, whose they are.
  const realFetch = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const mine = epoch;
    const response = await realFetch(input, init);
    // Who asked has gone, and will not look at it.
    if (init?.signal?.aborted) return response;
    const tenant = response.headers.get('x-tenant');
    const url = input instanceof Request ? input.url : String(input);
    if (tenant && response.ok && url.endsWith('/statuses') && (init?.method ?? 'GET') === 'GET') {
      const { items = [] } = (await response
        .clone()
        .json()
        .catch(() => ({}))) as { items?: { id: string }[] };
      for (const { id } of items) owners.set(id, tenant);
    }
    // A write of an earlier source that was under way is finished there.
    const isOfSource = url.includes(`${document.querySelector('pipeline-provider')!.src!}/`);
    if (tenant && isOfSource && mine === epoch && tenant !== answered) {
      answered = tenant;
      epoch++;
      watch.tenant = 'any';
      const own = epoch;
      later(() => {
        if (own === epoch) watch.tenant = tenant;
        look();
      });
    }
    return response;
  };

  const read = (node: Node): string => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? '';
    if (node instanceof HTMLScriptElement || node instanceof HTMLStyleElement) return '';
    const named =
      node instanceof Element
        ? ['aria-label', 'title', 'placeholder'].map((name) => node.getAttribute(name) ?? '')
        : [];
    if (node instanceof HTMLInputElement) named.push(node.value);
    const root = node instanceof Element ? (node.shadowRoot ?? node) : node;
    return [...named, ...[...root.childNodes].map(read)].join(' ');
  };
  function look(): void {
    for (const element of document.querySelectorAll('[data-watched], [data-pipeline-announcer]')) {
      check(`<${element.localName}>`, read(element));
    }
  }
  const loop = (): void => {
    look();
    requestAnimationFrame(loop);
  };
  document.addEventListener('DOMContentLoaded', loop);

  const EVENTS = [
    'pipeline-before-status-change',
    'pipeline-status-change',
    'pipeline-filter-change',
    'pipeline-before-statuses-change',
    'pipeline-statuses-change',
    'pipeline-error',
  ];
  for (const type of EVENTS) {
    document.addEventListener(type, (event) => {
      const told = event as unknown as Record<string, unknown> & { error?: { message: string } };
      const fields = ['from', 'to', 'status', 'filter', 'results', 'conversationIds'].map((name) => told[name]);
      check(type, JSON.stringify([...fields, told.error?.message]));
    });
  }

  // The hurried user.

  const all = <T extends Element>(selector: string, within: ParentNode = document): T[] => [
    ...within.querySelectorAll<T>(selector),
  ];
  const inside = (host: Element | null, selector: string): HTMLElement[] =>
    host?.shadowRoot ? all<HTMLElement>(selector, host.shadowRoot) : [];
  const one = <T>(list: readonly T[], random: number): T | undefined => list[Math.floor(random * list.length)];
  const press = (target: HTMLElement | undefined, key: string, more: KeyboardEventInit = {}): void =>
    void target?.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...more }),
    );

  async function act(kind: string, [a = 0, b = 0, c = 0]: number[]): Promise<void> {
    const settings = document.querySelector('pipeline-settings')!;
    const hesitation = c * 250;
    if (kind === 'pick') {
      const picker = one(all<HTMLElement & { show(): void }>('pipeline-status-picker'), a);
      picker?.show();
      await pause(hesitation);
      one(inside(picker ?? null, '[role=option]'), b)?.click();
    } else if (kind === 'undo') {
      const hosts = all('pipeline-status-picker, pipeline-settings');
      one(
        hosts.flatMap((host) => inside(host, '[part~=undo]')),
        a,
      )?.click();
    } else if (kind === 'filter') {
      const filter = one(all<HTMLElement & { show(): void }>('pipeline-filter'), a);
      filter?.show();
      await pause(hesitation);
      one(inside(filter ?? null, 'input[type=checkbox], [part~=clear]'), b)?.click();
    } else if (kind === 'add') {
      if (watch.tenant !== 'red' && watch.tenant !== 'blue') return;
      inside(settings, '.add')[0]?.click();
      await pause(30);
      type(inside(settings, '.foot input[type=text], .foot .field')[0], `N${watch.step} of ${watch.tenant}`);
      await pause(hesitation);
      submit(inside(settings, '.foot form')[0]);
    } else if (kind === 'rename') {
      if (watch.tenant !== 'red' && watch.tenant !== 'blue') return;
      one(inside(settings, '.edit'), a)?.click();
      await pause(30);
      type(inside(settings, 'li form .field')[0], `R${watch.step} of ${watch.tenant}`);
      await pause(hesitation);
      submit(inside(settings, 'li form')[0]);
    } else if (kind === 'delete') {
      one(inside(settings, '.delete'), a)?.click();
      await pause(hesitation);
      one(inside(settings, 'dialog button'), b)?.click();
    } else if (kind === 'menu') {
      one(inside(settings, '.handle'), a)?.click();
      await pause(hesitation);
      one(inside(settings, '[role=menuitem]'), b)?.click();
    } else if (kind === 'step') {
      press(one(inside(settings, '.handle'), a), b < 0.5 ? 'ArrowUp' : 'ArrowDown', { altKey: true });
    } else if (kind === 'carry') {
      const handle = one(inside(settings, '.handle'), a);
      press(handle, ' ');
      await pause(hesitation);
      press(handle, b < 0.5 ? 'ArrowUp' : 'ArrowDown');
      await pause(hesitation);
      press(handle, ' ');
    } else if (kind === 'ask') {
      const filter = one(all<HTMLElement & { find(): Promise<{ ids: string[] }> }>('pipeline-filter'), a);
      const [mine, tenant] = [epoch, watch.tenant];
      const ids = await filter?.find().then(
        (page) => page.ids,
        () => [],
      );
      // What belongs to the tenant that was asked is fine only while it is still shown.
      if (mine !== epoch && watch.tenant !== tenant && ids?.some((id) => id.includes(tenant))) {
        watch.leaks.push({ step: watch.step, where: 'find()', shown: String(ids), tenant: watch.tenant });
      }
    }
  }

  function type(field: HTMLElement | undefined, text: string): void {
    if (!(field instanceof HTMLInputElement)) return;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  function submit(form: HTMLElement | undefined): void {
    if (form instanceof HTMLFormElement) form.requestSubmit();
  }
}
