/** Rows come from the storage of whoever wrote the adapter, which can be damaged. */
import { expect } from '@open-wc/testing';
import { PipelineError } from '../model/errors.js';
import type { StatusRow } from '../model/reassignment.js';
import {
  checkDelete,
  checkRestore,
  requireLiveStatus,
  liveStatuses,
  planCreate,
  planMove,
  planUpdate,
  type Rows,
} from './rules.js';

const SOUND: StatusRow = { id: 'a', name: 'A', color: '#112233', rank: '1', version: 3 };

const damages: Record<string, object> = {
  'a name that is a number': { name: 7 },
  'a name that is an object': { name: {} },
  'no name': { name: undefined },
  'a null name': { name: null },
  'no rank': { rank: undefined },
  'a rank that is an object': { rank: {} },
  'a version that is NaN': { version: NaN },
  'an heir that is an object': { deleted: true, heir: {} },
};

describe('adapter rules', () => {
  for (const [what, damage] of Object.entries(damages)) {
    it(`hold beside a row with ${what}`, () => {
      const victim = { ...SOUND, id: 'victim', name: 'Victim', rank: '2', ...damage };
      const rows: Rows = new Map([SOUND, victim].map((row) => [row.id, row]));
      expect(planCreate(rows, { id: 'b', name: 'B', color: '#445566' })).to.have.nested.property('row.name', 'B');
      expect(planUpdate(rows, 'a', { name: 'Anew' }, 3).name).to.equal('Anew');
      planMove(rows, 'a', null);
      planMove(rows, 'a', 'victim');
      expect(checkDelete(rows, 'a', { ifVersion: 3 }, 0)).to.equal(SOUND);
      expect(checkRestore(rows, 'a')).to.equal(SOUND);
      expect(liveStatuses(rows)).to.deep.include(SOUND);
      // A name that is taken is still refused.
      expect(() => planCreate(rows, { id: 'b', name: 'a', color: '#445566' })).to.throw(PipelineError, 'already');
      for (const act of [
        () => requireLiveStatus(rows, 'victim'),
        () => planUpdate(rows, 'victim', { name: 'New' }, 3),
        () => planMove(rows, 'victim', 'a'),
        () => checkRestore(rows, 'victim'),
      ]) {
        try {
          act();
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(PipelineError);
        }
      }
    });
  }
});
