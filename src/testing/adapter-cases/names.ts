/** Cases about valid and invalid names and colors. */
import { COLOR, changesNothing, listed, currentStatus, createStatuses, remove } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, rejects } from '../check.js';

const FAMILY = '👨‍👩‍👧‍👦';

/** Invalid names, by what is wrong with them. */
const BAD_NAMES: Readonly<Record<string, unknown>> = {
  'an empty name': '',
  'a name of spaces': ' \u3000 ',
  'a name of 65 letters': 'x'.repeat(65),
  'a name of 65 emoji': FAMILY.repeat(65),
  'a line break inside a name': 'New\nleads',
  'a control character inside a name': 'New\u0000leads',
  'a C1 control character inside a name': 'New\u0085leads',
  'a right-to-left override in a name': 'New \u202esdael',
  'a left-to-right override in a name': 'New \u202dleads',
  'half a surrogate pair in a name': 'New \ud83d leads',
  'a name that is no text': 42,
  'a missing name': undefined,
};

const BAD_COLORS: Readonly<Record<string, unknown>> = {
  'a color by name': 'red',
  'a short color': '#fff',
  'a color with transparency': '#2775f8ff',
  'a color that is not hexadecimal': '#2775fg',
  'a color without #': '2775f8',
  'a color that fetches': 'url(/x)',
  'an empty color': '',
  'a color with a line break': '#2775f8\n',
  'a missing color': undefined,
};

export const namesTopic: Topic = (it) => {
  for (const [what, name] of Object.entries(BAD_NAMES)) {
    it(`${what} is rejected`, async ({ adapter }) => {
      const rule = `${what} must be rejected, with the field named.`;
      await changesNothing(adapter, [], async () => {
        const error = await rejects(
          adapter.createStatus({ id: 'a', name: name as string, color: COLOR }),
          'invalid',
          rule,
        );
        equal(error.field, 'name', rule);
      });
    });
  }

  for (const [what, color] of Object.entries(BAD_COLORS)) {
    it(`${what} is rejected`, async ({ adapter }) => {
      const rule = `${what} must be rejected, with the field named.`;
      await changesNothing(adapter, [], async () => {
        const error = await rejects(
          adapter.createStatus({ id: 'a', name: 'Leads', color: color as string }),
          'invalid',
          rule,
        );
        equal(error.field, 'color', rule);
      });
    });
  }

  it('an update rejects the same names and colors', async ({ adapter }) => {
    const [{ version: ifVersion }] = await createStatuses(adapter, 'Leads');
    await changesNothing(adapter, [], async () => {
      for (const [what, name] of Object.entries(BAD_NAMES)) {
        if (name === undefined) continue;
        const rule = `updateStatus: ${what} must be rejected, with the field named.`;
        const error = await rejects(
          adapter.updateStatus('leads', { name: name as string }, { ifVersion }),
          'invalid',
          rule,
        );
        equal(error.field, 'name', rule);
      }
      for (const [what, color] of Object.entries(BAD_COLORS)) {
        if (color === undefined) continue;
        const rule = `updateStatus: ${what} must be rejected, with the field named.`;
        const error = await rejects(
          adapter.updateStatus('leads', { color: color as string }, { ifVersion }),
          'invalid',
          rule,
        );
        equal(error.field, 'color', rule);
      }
    });
  });

  it('a valid name with an invalid color stores neither', async ({ adapter }) => {
    const [{ version: ifVersion }] = await createStatuses(adapter, 'Leads');
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.updateStatus('leads', { name: 'Prospects', color: 'red' }, { ifVersion }),
        'invalid',
        'One bad field must reject the whole update.',
      ),
    );
  });

  it('64 letters fit', async ({ adapter }) => {
    const name = 'x'.repeat(64);
    await adapter.createStatus({ id: 'a', name, color: COLOR });
    equal((await currentStatus(adapter, 'a')).name, name, 'A name may have 64 letters.');
  });

  it('64 emoji fit, each counted as one', async ({ adapter }) => {
    const name = FAMILY.repeat(64);
    await adapter.createStatus({ id: 'a', name, color: COLOR });
    equal(
      (await currentStatus(adapter, 'a')).name,
      name,
      'A name may have 64 graphemes, however many characters each is built from.',
    );
  });

  it('any script is stored as it is', async ({ adapter }) => {
    const names = [
      'مشتريات',
      'ลูกค้าใหม่',
      '新規リード',
      'Zweitkäufer',
      '👩🏽‍💻 Demo',
      'a "b" <i>&amp;</i>',
      '__proto__',
      '%s; DROP',
    ];
    for (const [n, name] of names.entries()) await adapter.createStatus({ id: `s${n}`, name, color: COLOR });
    equal(
      (await listed(adapter)).map((status) => status.name),
      names,
      'A valid name must come back as it was given.',
    );
  });

  it('names are stored trimmed', async ({ adapter }) => {
    const status = await adapter.createStatus({ id: 'a', name: '  New leads ', color: COLOR });
    equal(status.name, 'New leads', 'createStatus must trim the name.');
    equal((await currentStatus(adapter, 'a')).name, 'New leads', 'The trimmed name must be what is stored.');
    await adapter.updateStatus('a', { name: '\u3000Old leads ' }, { ifVersion: status.version });
    equal((await currentStatus(adapter, 'a')).name, 'Old leads', 'updateStatus must trim the name.');
  });

  it('names are stored in normal form C', async ({ adapter }) => {
    await adapter.createStatus({ id: 'a', name: 'Cafe\u0301', color: COLOR });
    equal((await currentStatus(adapter, 'a')).name, 'Caf\u00e9', 'A name must be stored in Unicode normal form C.');
  });

  it('colors are stored in lower case', async ({ adapter }) => {
    const status = await adapter.createStatus({ id: 'a', name: 'Leads', color: '#2775F8' });
    equal(status.color, '#2775f8', 'createStatus must store the color in lower case.');
    await adapter.updateStatus('a', { color: '#FB0547' }, { ifVersion: status.version });
    equal((await currentStatus(adapter, 'a')).color, '#fb0547', 'updateStatus must store the color in lower case.');
  });

  const twins: Readonly<Record<string, [string, string]>> = {
    'the same name': ['Leads', 'Leads'],
    'a name that differs in case': ['Leads', 'lEADS'],
    'a name that differs in the case of an accented letter': ['Été', 'éTÉ'],
    'a name that differs in spaces around it': ['Leads', ' Leads '],
    'a name that differs in normal form': ['Caf\u00e9', 'Cafe\u0301'],
  };
  for (const [what, [held, twin]] of Object.entries(twins)) {
    it(`${what} is rejected for a second status`, async ({ adapter }) => {
      await adapter.createStatus({ id: 'a', name: held, color: COLOR });
      const rule = `A second status with ${what} must be rejected: names are unique without regard to case.`;
      await changesNothing(adapter, [], async () => {
        const error = await rejects(adapter.createStatus({ id: 'b', name: twin, color: COLOR }), 'invalid', rule);
        equal(error.field, 'name', rule);
      });
    });
  }

  it('a rename to a taken name is rejected', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    const { version: ifVersion } = await currentStatus(adapter, 'purchase');
    const rule = 'updateStatus must reject the name of another status.';
    await changesNothing(adapter, [], async () => {
      equal(
        (await rejects(adapter.updateStatus('purchase', { name: 'LEADS' }, { ifVersion }), 'invalid', rule)).field,
        'name',
        rule,
      );
    });
  });

  it('a rename may change the case of its own name', async ({ adapter }) => {
    const [{ version: ifVersion }] = await createStatuses(adapter, 'Leads');
    await adapter.updateStatus('leads', { name: 'LEADS' }, { ifVersion });
    equal((await currentStatus(adapter, 'leads')).name, 'LEADS', 'A status is not its own duplicate.');
  });

  it('names that only look alike are different', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Leads 2', 'Lead');
    equal((await listed(adapter)).length, 3, 'Only equal names are duplicates.');
  });

  it('the name of a deleted status can be used', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await remove(adapter, 'leads');
    await adapter.createStatus({ id: 'new', name: 'Leads', color: COLOR });
    equal((await currentStatus(adapter, 'new')).name, 'Leads', 'A deleted status must not hold on to its name.');
  });
};
