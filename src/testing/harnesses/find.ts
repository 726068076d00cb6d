/** Finds elements by role and name, as far as the elements of this package need it. */

const ROLES: Readonly<Record<string, string>> = {
  BUTTON: 'button',
  DIALOG: 'dialog',
  FORM: 'form',
  LI: 'listitem',
  SELECT: 'combobox',
};

function roleOf(element: Element): string | undefined {
  const role = element.getAttribute('role');
  if (role) return role;
  if (!(element instanceof HTMLInputElement)) return ROLES[element.tagName];
  return element.type === 'text' ? 'textbox' : element.type;
}

const textOf = (element: Element): string => (element.textContent ?? '').replace(/\s+/g, ' ').trim();

function nameOf(element: Element): string {
  const label = element.getAttribute('aria-label');
  if (label !== null) return label;
  const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : null;
  return labels?.length ? [...labels].map(textOf).join(' ') : textOf(element);
}

/** Every visible element with a role, and with a name if one is passed. */
export function allByRole(root: ParentNode, role: string, name?: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('*')].filter(
    (element) =>
      roleOf(element) === role && element.checkVisibility() && (name === undefined || nameOf(element) === name),
  );
}

/** The text of each visible element that is a part. */
export function textsOfPart(root: ParentNode, part: string): string[] {
  return [...root.querySelectorAll<HTMLElement>(`[part~="${part}"]`)]
    .filter((element) => element.checkVisibility())
    .map(textOf);
}
