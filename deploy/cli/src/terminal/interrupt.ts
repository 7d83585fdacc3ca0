/**
 * Runs long work that Ctrl-C ends in order, so that what is done by then can be shown. A second Ctrl-C ends the
 * process.
 *
 * @returns whether the work was cut short
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    await work(stop.signal);
    return false;
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) return true;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
