/** How work is spread over frames, on a fake clock. */
import { expect } from '@open-wc/testing';
import { FrameScheduler } from './frame-scheduler.js';

/** Runs a step for each of `costs`, its duration in milliseconds on a fake clock. Returns what each frame did. */
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
  it('works no longer than its share of a frame, and completes the work', async () => {
    const slices = await work(Array<number>(500).fill(1));
    expect(slices.every(({ took }) => took <= 10)).to.equal(true);
    expect(steps(slices).reduce((sum, each) => sum + each)).to.equal(500);
  });

  it('writes less per frame when layout is slow, and more when it is fast', async () => {
    const slow = steps(await work(Array<number>(1000).fill(0), 40));
    expect([slow[0], slow[1], slow[2]]).to.deep.equal([250, 125, 100]);
    const fast = steps(await work(Array<number>(2000).fill(0), 5));
    expect([fast[0], fast[1], fast[2]]).to.deep.equal([250, 500, 1000]);
  });

  it('writes at most 2,000 per frame, however fast layout is', async () => {
    const fast = steps(await work(Array<number>(10_000).fill(0), 0));
    expect(Math.max(...fast)).to.equal(2000);
  });

  it('is done after about a dozen frames, however slow each one is', async () => {
    expect(await work(Array<number>(10_000).fill(0), 100)).to.have.length.within(11, 14);
  });

  it('does all steps at once when none of them writes', async () => {
    const slices = await work(Array<number>(10_000).fill(0), 100, false);
    expect(slices).to.have.length(1);
  });

  it('makes progress when a single step takes longer than a frame', async () => {
    expect(steps(await work([50, 50, 50]))).to.deep.equal([1, 1, 1, 0]);
  });

  it('does nothing after it was stopped', async () => {
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
