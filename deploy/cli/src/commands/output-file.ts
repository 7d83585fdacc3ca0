import { stat } from 'node:fs/promises';
import { recordedFiles } from '@ddnn/images';
import { replaceFile, whyNotReplaceable } from '@ddnn/training';
import { UsageError } from '../terminal/failure.js';

/** A file that a command will write completely or not at all. */
export interface OutputFile {
  readonly file: string;
  /** Throws {@link UsageError} naming the option, for example if there is no room on the disk. */
  write(content: string | Uint8Array): Promise<void>;
}

/** The options that name a command's inputs; other options are ignored. */
export interface InputFlags {
  readonly data?: string | readonly string[];
  readonly bundle?: string | readonly string[];
  readonly arch?: string;
}

/**
 * Checks, before any work, that a file can be written and is not one of the command's inputs under any name, link or
 * hard link. Throws {@link UsageError} naming the option.
 *
 * @param beside other files that the command writes, under names that it chooses itself
 */
export async function openOutput(
  option: string,
  file: string,
  inputs: InputFlags,
  beside: readonly string[] = [],
): Promise<OutputFile> {
  for (const output of [file, ...beside]) {
    const reason = await whyNotReplaceable(output);
    if (reason !== undefined) throw new UsageError(`${option} ${output}: ${reason}`);
    const own = await identity(output);
    if (own === undefined) continue;
    for await (const { of, input } of inputsOf(inputs)) {
      if ((await identity(input)) !== own) continue;
      throw new UsageError(`${option} is also ${of}: ${output} would be written over; choose another file`);
    }
  }
  return { file, write: (content) => naming(option, file, replaceFile(file, content)) };
}

/** Turns the system's error of a failed write into a {@link UsageError} that names the option. */
export async function naming<T>(option: string, file: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    throw new UsageError(`${option} ${file}: it can't be written: ${(error as Error).message}`);
  }
}

async function* inputsOf({ data = [], bundle = [], arch }: InputFlags): AsyncIterable<{ of: string; input: string }> {
  for (const input of [bundle].flat()) yield { of: '--bundle', input };
  if (arch !== undefined) yield { of: '--arch', input: arch };
  for (const name of [data].flat()) {
    yield { of: '--data', input: name };
    for (const input of await recordedFiles(name)) yield { of: 'a file of --data', input };
  }
}

/** A key that is the same for all names of one file; undefined: there is no such file. */
async function identity(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && `${found.dev} ${found.ino}`;
}
