import Table from 'cli-table3';
import pc from 'picocolors';

const NO_LINES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

/** A table without lines between its rows; without any colour where the terminal wants none. */
export function createTable(head: readonly string[] = []): InstanceType<typeof Table> {
  return new Table({
    head: head.map((title) => pc.bold(title)),
    style: { head: [], border: pc.isColorSupported ? ['dim'] : [] },
    ...(head.length > 0 ? {} : { chars: NO_LINES }),
  });
}
