/** The error of a room: what it may throw at bytes of others, and nothing else. */
type ErrorFamily = abstract new (...args: never[]) => Error & { readonly code: string };

/** A refusal may quote a name or two of what it refuses, not all of it. */
const MOST_CHARACTERS = 2_000;

/**
 * A refusal in few words, with numbers and quoted names left out: two inputs that are refused for one reason give the
 * same. Throws what is no error of that family, and one that is too long to be logged.
 *
 * @param omit what else is left out: a path, which is another one each time
 */
export function refusal(error: unknown, family: ErrorFamily, omit = ''): string {
  if (!(error instanceof family)) throw error;
  if (error.message.length > MOST_CHARACTERS) {
    throw new Error(`a message of ${error.message.length} characters: ${error.message.slice(0, 200)}`);
  }
  const reason = error.message
    .replaceAll(omit || '\0', '')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/[0-9a-f]*\d[0-9a-fx.e+-]*/gi, '#');
  return `${error.code} ${reason.slice(0, 80)}`;
}
