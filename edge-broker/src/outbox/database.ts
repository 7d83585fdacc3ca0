import { existsSync } from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { OutboxError } from './outbox-error.js';

/** The database of an outbox. */
export type OutboxDatabase = ClassicLevel<string, Uint8Array>;

/** An opened database. */
export interface OpenedDatabase {
  readonly db: OutboxDatabase;
  /** Where the damaged database was copied to; undefined: it was not damaged. */
  readonly setAside: string | undefined;
}

/**
 * Opens the database in a folder, or makes it. A damaged one is first copied, then repaired: what can be read of it is
 * kept. Throws `DDNN_OUTBOX_LOCKED` if another process has it, `DDNN_OUTBOX_FOLDER` if it can't be opened.
 */
export async function openDatabase(folder: string): Promise<OpenedDatabase> {
  const db: OutboxDatabase = new ClassicLevel(folder, { valueEncoding: 'view' });
  try {
    await db.open();
    return { db, setAside: undefined };
  } catch (error) {
    if (codeOf(error) !== 'LEVEL_CORRUPTION' && !isMissingPart(error)) throw refusal(folder, error);
    const setAside = freeName(`${folder}.damaged`);
    try {
      await repair(folder, setAside);
      await db.open();
    } catch (again) {
      throw refusal(folder, again);
    }
    return { db, setAside };
  }
}

/** A name that does not exist yet: with a number at its end. */
function freeName(name: string): string {
  let free = 1;
  while (existsSync(`${name}-${free}`)) free++;
  return `${name}-${free}`;
}

async function repair(folder: string, setAside: string): Promise<void> {
  await cp(folder, setAside, { recursive: true, errorOnExist: true, force: false });
  try {
    await ClassicLevel.repair(folder);
  } catch {
    // Nothing of it can be read; the copy has it.
    await rename(folder, `${setAside}-unreadable`);
  }
}

/**
 * Whether the database needs repair. LevelDB reports a missing file as an I/O error; but a full disk is an I/O error
 * too, and needs no repair.
 */
function isMissingPart(error: unknown): boolean {
  return codeOf(error) === 'LEVEL_IO_ERROR' && /No such file|does not exist|Invalid argument/i.test(reasonOf(error));
}

function refusal(folder: string, error: unknown): OutboxError {
  if (codeOf(error) === 'LEVEL_LOCKED') {
    const why = 'another edge has it; every edge needs a folder of its own';
    return new OutboxError('DDNN_OUTBOX_LOCKED', `outbox.folder ${folder}: ${why}`, { cause: error });
  }
  const text = `outbox.folder ${folder}: cannot be opened: ${reasonOf(error)}`;
  return new OutboxError('DDNN_OUTBOX_FOLDER', text, { cause: error });
}

/** What LevelDB, or the file system below it, calls an error. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return code === 'LEVEL_DATABASE_NOT_OPEN' ? cause?.code : code;
}

/** The innermost message. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? reasonOf(cause) : message;
}
