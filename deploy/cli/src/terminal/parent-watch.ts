const CHECK_MS = 500;

/**
 * Ends the process in order, as SIGTERM does, when its parent is gone. This is for `npx` and `npm run`: a SIGTERM to
 * them ends only the shell between them and this process, and this process would live on, with its port and its lock.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS);
  timer.unref();
}
