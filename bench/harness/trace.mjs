/** Reads the tasks of a page's main thread from a browser trace. */

/**
 * Returns the tasks of a page's main thread while `act` runs, each as milliseconds of CPU time.
 *
 * @param act must call `performance.mark('traced')` in the page, which identifies its thread.
 */
export async function tasksOf(page, act) {
  const categories = ['blink.user_timing', 'toplevel', 'disabled-by-default-devtools.timeline'];
  await page.tracing.start({ categories });
  let trace;
  try {
    await act();
  } finally {
    trace = await page.tracing.stop();
  }
  const { traceEvents } = JSON.parse(Buffer.from(trace).toString());
  const mark = traceEvents.find(({ name, cat }) => name === 'traced' && cat.includes('user_timing'));
  return traceEvents
    .filter(({ name, ph, pid, tid }) => name === 'RunTask' && ph === 'X' && pid === mark.pid && tid === mark.tid)
    .map(({ tdur, dur }) => (tdur ?? dur) / 1000);
}
