/**
 * Runs long work that Ctrl-C ends in order, so that what is done by then can be shown. A second Ctrl-C ends the
 * process.
 *
 * @param words what standard error says where the work was cut short; then the exit code is 1
 */
export async function untilInterrupted(
  work: (signal: AbortSignal) => Promise<void>,
  words: () => string,
): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    process.exitCode = 1;
    process.stderr.write(`${words()}\n`);
  } finally {
    process.off('SIGINT', interrupt);
  }
}
