import { runProcess } from '@ddnn/process';
import { createUnit, type Role } from '../fleet/create-unit.js';
import type { CaptureMessage } from '../fleet/member.js';

const OWNER_ONLY = 0o077;

/** Runs one role of an installation until it is told to stop. */
export async function runRole(
  role: Role,
  { config: file, set: commandLine }: { config?: string; set: Readonly<Record<string, string>> },
): Promise<void> {
  // What a tier writes is data of the site: for its owner only, whatever the shell before it allows.
  process.umask(OWNER_ONLY);
  let giveUp: (error: unknown) => void = () => {};
  const { unit, logger } = await createUnit(role, { file, commandLine, giveUp: (error) => giveUp(error) });
  process.on('message', (message: CaptureMessage) => {
    if (message?.type === 'capture') void unit.capture?.(message.slot);
  });
  runProcess({
    name: role,
    logger,
    start: async (end) => {
      giveUp = end;
      return { announce: await unit.start(), stop: async () => unit.stop() };
    },
  });
}
