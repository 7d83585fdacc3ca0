/** However slow the machine is; it only ends what would never come. */
const PATIENCE_MS = 240_000;
const POLL_MS = 5;

/** What tests wait with for what must come. Throws where it never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
