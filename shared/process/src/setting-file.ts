import { readFile } from 'node:fs/promises';
import { ProcessError } from './process-error.js';

/**
 * Reads a file that a setting names, such as `bundle`.
 *
 * @throws ProcessError `DDNN_PROCESS_FILE` naming the setting and the file where it cannot be read
 */
export async function readSettingFile(file: string, setting: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new ProcessError('DDNN_PROCESS_FILE', `the setting ${setting}: ${file} cannot be read: ${why}`, { cause });
  }
}
