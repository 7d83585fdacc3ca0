/**
 * Ends the process without an error if nobody reads its output any more (`| head`), and with one line and exit code 1
 * if it can't be written (a full disk). A command that listens for errors of standard output itself ends in its own
 * way.
 */
export function guardStandardStreams(): void {
  let told = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && !told) {
      process.stderr.write(`ddnn: standard output: ${error.message}\n`);
      process.exitCode = 1;
    }
    told = true;
    if (process.stdout.listenerCount('error') === 1) process.exit();
  });
  // There is no output left to report it on; the work itself may still be wanted.
  process.stderr.on('error', () => {});
}
