import { writeFile } from 'node:fs/promises';

/** Prints the one document that `--json` promises. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Writes one line of JSON an entry. */
export async function writeLines(file: string, entries: readonly object[]): Promise<void> {
  await writeFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
