import { runProcess } from '@ddnn/process';
import { createUnit, type Role } from '../fleet/create-unit.js';
import type { CaptureMessage } from '../fleet/member.js';

/** Runs one role of an installation until it is told to stop. */
export async function runRole(
  role: Role,
  { config: file, set: flags }: { config?: string; set: Readonly<Record<string, string>> },
): Promise<void> {
  let giveUp: (error: unknown) => void = () => {};
  const { unit, logger } = await createUnit(role, { file, flags, giveUp: (error) => giveUp(error) });
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
