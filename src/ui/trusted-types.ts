/*
 * Makes all elements fail alike, and say why, where the page's Content-Security-Policy refuses lit's Trusted Types policy.
 *
 * lit-html creates a policy named `lit-html` when its module runs; where that is refused the module throws, and whatever
 * imports it does not run. So every entry point that registers elements imports this one first. It needs nothing of lit.
 */
import { PipelineErrorEvent } from '../events.js';
import { PipelineError } from '../model/errors.js';

const POLICY = 'lit-html';
const TAGS = ['pipeline-settings', 'pipeline-status-picker', 'pipeline-filter'];

const MESSAGE = `This part of the page cannot be shown: the page’s Content-Security-Policy does not allow the Trusted Types policy “${POLICY}”.`;
const ADVICE = `add it to the header: "Content-Security-Policy: trusted-types ${POLICY}", beside the policies that are there; and 'allow-duplicates' where the page runs another copy of lit.`;

let refusal: PipelineError | undefined;
const listeners = new Set<() => void>();
const told = new WeakSet<Element>();

/** Why no element can be shown, once that is known. */
export const policyRefusal = (): PipelineError | undefined => refusal;

/** Calls `listener` once, when the policy turns out to be refused. */
export function onPolicyRefused(listener: () => void): void {
  listeners.add(listener);
}

/** What a failed import of code threw, as the refusal that caused it; `undefined` when it failed for another reason. */
export function refusalOf(thrown: unknown): PipelineError | undefined {
  // Every browser has its own words, with the policy's name in quotation marks; a URL that was not found has none.
  const isRefusal =
    thrown instanceof TypeError && /policy/i.test(thrown.message) && /["']lit-html["']/.test(thrown.message);
  return isRefusal ? refuse(thrown) : refusal;
}

/** Shows the refusal instead of anything else, and reports it; once for each element. */
export function showRefusal(element: HTMLElement, root: DocumentFragment | HTMLElement): void {
  if (!refusal || told.has(element)) return;
  told.add(element);
  const text = document.createElement('p');
  text.setAttribute('role', 'alert');
  text.setAttribute('part', 'error');
  text.setAttribute('lang', 'en');
  text.setAttribute('dir', 'ltr');
  text.textContent = MESSAGE;
  root.replaceChildren(text);
  element.dispatchEvent(new PipelineErrorEvent(refusal, 'load'));
}

function refuse(cause: unknown): PipelineError {
  if (refusal) return refusal;
  refusal = new PipelineError('unknown', MESSAGE, { cause });
  console.error(`pipeline-elements: ${MESSAGE} To allow it, ${ADVICE}`);
  for (const tag of TAGS) if (!customElements.get(tag)) customElements.define(tag, fallback());
  for (const listener of listeners) listener();
  return refusal;
}

/** What stands for an element whose own code could not run. */
function fallback(): CustomElementConstructor {
  return class extends HTMLElement {
    connectedCallback(): void {
      showRefusal(this, this.shadowRoot ?? this.attachShadow({ mode: 'open' }));
    }
  };
}

/** Whether our own lit runs: it may have been another copy's policy that was refused. */
async function litRuns(): Promise<boolean> {
  try {
    const lit = (await import('lit/html.js')) as { html?: unknown } | undefined;
    // Where everything is in one file, nothing is rejected when that file stops half-way.
    return typeof lit?.html === 'function';
  } catch (thrown) {
    return refusalOf(thrown) === undefined;
  }
}

async function handleViolation(event: SecurityPolicyViolationEvent): Promise<void> {
  const { disposition, effectiveDirective, sample } = event;
  if (disposition !== 'enforce' || effectiveDirective !== 'trusted-types' || sample !== POLICY) return;
  if (!(await litRuns())) refuse(event);
}

if ('trustedTypes' in globalThis) {
  globalThis.document?.addEventListener('securitypolicyviolation', (event) => void handleViolation(event));
}
