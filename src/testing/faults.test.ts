/** Tests the adapter suite itself: it accepts what the contract leaves open and catches planted faults. */
import { expect } from '@open-wc/testing';
import { callFaults } from './faults/test-call-faults.js';
import { changeFaults } from './faults/test-change-faults.js';
import { entryFaults } from './faults/test-entry-faults.js';
import { forgetFaults } from './faults/test-forget-faults.js';
import { failuresOf } from './faults/test-fault.js';
import { findFaults } from './faults/test-find-faults.js';
import { growthFaults } from './faults/test-growth-faults.js';
import { statusFaults } from './faults/test-status-faults.js';
import { variants } from './faults/test-variants.js';

describe('the adapter suite', () => {
  it('passes an adapter that is right', async () => {
    expect([...(await failuresOf(undefined, { all: true }))]).to.deep.equal([]);
  });

  describe('passes what the contract leaves open:', () => {
    for (const [what, breaks] of Object.entries(variants)) {
      it(what, async () => {
        expect([...(await failuresOf({ caughtBy: 'nothing', breaks }, { all: true }))]).to.deep.equal([]);
      }).timeout(30_000);
    }
  });

  for (const [group, faults] of Object.entries({
    statuses: statusFaults,
    entries: entryFaults,
    calls: callFaults,
    find: findFaults,
    changes: changeFaults,
    'forget and the word of the host': forgetFaults,
    'purging and long writes': growthFaults,
  })) {
    describe(`catches, in ${group},`, () => {
      for (const [what, fault] of Object.entries(faults)) {
        // The title names the case that must catch the fault; no other case may be the first to fail.
        it(`${what} (${fault.caughtBy})`, async () => {
          const failed = await failuresOf(fault);
          expect([...failed.keys()]).to.deep.equal([fault.caughtBy]);
        });
      }
    });
  }
});
