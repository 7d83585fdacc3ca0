const CHECK_MS = 500;

/**
 * Ends the process in order, as SIGTERM does, once its parent is gone. For `npx` and `npm run`: a SIGTERM to them ends
 * the shell between them and this process, and this process would go on as an orphan with its port and its lock.
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
