import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import Database from 'libsql';
import { StoreError } from './store-error.js';

/**
 * Stops a second cloud from using a store: an exclusive SQLite lock on an empty file beside it. The system frees the
 * lock when the process ends, also after a crash. A lock on the store's own file would shut out its readers.
 */
export class StoreLock {
  readonly #file: string;
  #db: Database.Database | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws `DDNN_STORE_IN_USE`, or the system's error where the folder is not there or can't be written to. */
  take(): void {
    const file = lockFile(this.#file);
    // SQLite's own message would only say that it can't open the file.
    accessSync(path.dirname(file), constants.W_OK);
    const db = new Database(file);
    try {
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (cause) {
      db.close();
      if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw cause;
      const message = `store.file ${this.#file}: another cloud works with it; give each a file of its own`;
      throw new StoreError('DDNN_STORE_IN_USE', message, { cause });
    }
    this.#db = db;
  }

  release(): void {
    this.#db?.close();
    this.#db = undefined;
  }
}

/** The lock is beside the real file: a symbolic link to a store is the same store. */
function lockFile(file: string): string {
  try {
    return `${realpathSync(file)}-lock`;
  } catch {
    // The file does not exist yet, but its folder may be a link.
    return path.join(realpathSync(path.dirname(file)), `${path.basename(file)}-lock`);
  }
}
