import { newId } from '../../model/id.js';
import { nextColor } from '../../model/color.js';
import type { Status } from '../../model/status.js';
import type { SettingsContext } from './context.js';

const NAMES = ['exampleLeads', 'examplePurchase', 'exampleRepurchase'] as const;

/** Fills an empty pipeline with three statuses to start from. */
export async function addExamples(context: SettingsContext): Promise<void> {
  if (context.writer.isBusy) return;
  for (const key of NAMES) {
    const used = context.statuses.map((status) => status.color);
    const name = context.text(key);
    const color = nextColor(context.palette, used);
    const id = newId();
    const status: Status = { id, name, color: color as Status['color'], rank: '', version: 0 };
    const outcome = await context.writer.write('create', status, (writes) => writes.createStatus({ id, name, color }));
    if (outcome.ok) continue;
    const { error } = outcome;
    if (!error) return;
    const text = (): string => `${context.text('statusNotAdded', { name })} ${context.errorText(error)}`;
    context.show({ text, isError: true });
    context.announce(text());
    return;
  }
  const { statuses } = context;
  const name = statuses.at(-1)?.name ?? '';
  await context.focus.moveTo(() => context.focus.add);
  context.announce(context.text('statusAdded', { name, n: statuses.length }));
}
