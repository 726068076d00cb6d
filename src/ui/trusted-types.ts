/** Explains to users and developers when the page's Content-Security-Policy refuses lit's Trusted Types policy. */

/*
 * lit-html creates a policy named `lit-html` when its module runs. If that is refused, the module throws, and no module
 * that imports it runs. So every entry point that registers elements imports this module first, and it imports nothing of lit.
 */
import { PipelineErrorEvent } from '../events/error.js';
import { PipelineError } from '../model/errors.js';

const POLICY = 'lit-html';
const TAGS = ['pipeline-settings', 'pipeline-status-picker', 'pipeline-filter'];

const MESSAGE = `This part of the page cannot be shown: the page’s Content-Security-Policy does not allow the Trusted Types policy “${POLICY}”.`;
const ADVICE = `add it to the header: "Content-Security-Policy: trusted-types ${POLICY}", beside the policies that are there; and 'allow-duplicates' where the page runs another copy of lit.`;

let refusal: PipelineError | undefined;
const listeners = new Set<() => void>();
const reported = new WeakSet<Element>();

/** The error, once it is known that no element can be shown. */
export const policyRefusal = (): PipelineError | undefined => refusal;

/** Calls `listener` once, when it becomes known that the policy is refused. */
export function onPolicyRefused(listener: () => void): void {
  listeners.add(listener);
}

/** The refusal that made an import throw; `undefined` if it failed for another reason. */
export function refusalOf(thrown: unknown): PipelineError | undefined {
  // Each browser has its own message, which contains the policy's name in quotes; that of a missing file does not.
  const isRefusal =
    thrown instanceof TypeError && /policy/i.test(thrown.message) && /["']lit-html["']/.test(thrown.message);
  return isRefusal ? refuse(thrown) : refusal;
}

/** Shows only the refusal in an element and reports it, once for each element. */
export function showRefusal(element: HTMLElement, root: DocumentFragment | HTMLElement): void {
  if (!refusal || reported.has(element)) return;
  reported.add(element);
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

/** Stands in for an element whose own code could not run. */
function fallback(): CustomElementConstructor {
  return class extends HTMLElement {
    connectedCallback(): void {
      showRefusal(this, this.shadowRoot ?? this.attachShadow({ mode: 'open' }));
    }
  };
}

/** Whether our copy of lit runs: the refused policy may have been that of another copy. */
async function litRuns(): Promise<boolean> {
  try {
    const lit = (await import('lit/html.js')) as { html?: unknown } | undefined;
    // In the one-file build the import is not rejected when the file stops halfway, but the module is incomplete.
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
