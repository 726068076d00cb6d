import { expect } from '@open-wc/testing';
import { FrameScheduler } from './frame-scheduler.js';

/** Works through `costs`, in which a step takes so many milliseconds of a clock of its own; tells what each slice did. */
async function work(costs: readonly number[], layout = 0, writes = true): Promise<{ steps: number; took: number }[]> {
  let clock = 0;
  let next = 0;
  const slices: { steps: number; took: number }[] = [];
  await new Promise<void>((done) => {
    new FrameScheduler(
      {
        size: () => costs.length,
        step() {
          const cost = costs[next++];
          if (cost === undefined) return undefined;
          clock += cost;
          return writes;
        },
        around(slice) {
          const [start, from] = [clock, next];
          slice();
          slices.push({ steps: Math.min(next, costs.length) - from, took: clock - start });
        },
        layOut: () => (clock += layout),
        onDone: done,
      },
      () => clock,
    ).start();
  });
  return slices;
}

const steps = (slices: readonly { steps: number }[]): number[] => slices.map((slice) => slice.steps);

describe('FrameScheduler', () => {
  it('never works much longer than its share of a frame, and leaves nothing undone', async () => {
    const slices = await work(Array<number>(500).fill(1));
    expect(slices.every(({ took }) => took <= 10)).to.equal(true);
    expect(steps(slices).reduce((sum, each) => sum + each)).to.equal(500);
  });

  it('writes less in a frame when the layout is slow, and more when it is fast', async () => {
    const slow = steps(await work(Array<number>(1000).fill(0), 40));
    expect([slow[0], slow[1], slow[2]]).to.deep.equal([250, 125, 100]);
    const fast = steps(await work(Array<number>(2000).fill(0), 5));
    expect([fast[0], fast[1], fast[2]]).to.deep.equal([250, 500, 1000]);
  });

  it('writes no more than 2,000 in a frame, however fast the layout is', async () => {
    const fast = steps(await work(Array<number>(10_000).fill(0), 0));
    expect(Math.max(...fast)).to.equal(2000);
  });

  it('is done after a dozen frames or so, however slow each is', async () => {
    expect(await work(Array<number>(10_000).fill(0), 100)).to.have.length.within(11, 14);
  });

  it('looks at everything in one go when there is nothing to write', async () => {
    const slices = await work(Array<number>(10_000).fill(0), 100, false);
    expect(slices).to.have.length(1);
  });

  it('gets on when a single step takes longer than a frame', async () => {
    expect(steps(await work([50, 50, 50]))).to.deep.equal([1, 1, 1, 0]);
  });

  it('does nothing once it is stopped', async () => {
    let count = 0;
    const slices = new FrameScheduler({
      size: () => 1,
      step: () => (count++ < 5 ? true : undefined),
      around: (slice) => slice(),
      layOut: () => undefined,
      onDone: () => count++,
    });
    slices.start();
    slices.stop();
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(count).to.equal(0);
  });
});
