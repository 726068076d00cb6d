/** Starts the demo inbox. */
import { activity } from './app/activity.js';
import { followLocale } from './app/i18n.js';
import { inbox } from './app/inbox.js';
import { currentUser, followSession, hasSessions } from './app/session.js';
import { createShell } from './views/shell.js';
import { createSignIn } from './views/sign-in.js';
import type { Shell } from './views/shell.js';

/** Conversations per request, so that reads of visible data can run in between. */
const PART = 100;

/** Sets the adapter before any element needs one, and registers the conversations with it. */
async function connectPipeline(): Promise<void> {
  const { connect } = await import('./adapter.js');
  const tellConversations = await connect();
  const tell = async (refs = activity()) => {
    try {
      for (let at = 0; at < refs.length; at += PART) await tellConversations(refs.slice(at, at + PART));
    } catch (error) {
      console.warn('The conversations could not be registered', error);
    }
  };
  void tell();
  inbox.on('sent', (id) => void tell(activity([id])));
}

/** Whether the signed-out page is shown. */
const isOut = (): boolean => hasSessions() && !currentUser();

function start(): void {
  let shell = build();
  let wasOut = isOut();
  followSession(() => {
    if (isOut() === wasOut) return;
    wasOut = isOut();
    shell.stop();
    shell = build();
  });
  followLocale(() => {
    const choosing = document.querySelector('#display:popover-open') !== null;
    shell.stop();
    shell = build();
    if (!choosing) return;
    document.querySelector<HTMLElement>('#display')?.showPopover();
    document.querySelector<HTMLElement>('#display [name="language"]:checked')?.focus();
  });
}

function build(): Shell {
  const shell = isOut() ? createSignIn() : createShell();
  document.body.replaceChildren(...shell.elements);
  shell.show();
  return shell;
}

try {
  await connectPipeline();
} catch (error) {
  console.warn('The inbox runs without its pipeline: the library or its server could not be loaded', error);
}
start();
