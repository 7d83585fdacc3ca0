import type { FrameKindName } from '@ddnn/protocol';

/**
 * *json*: the verdict for anyone. *undecodable*: a topic of ours with a damaged payload. *foreign*: another's topic.
 */
export type FrameName = FrameKindName | 'json' | 'undecodable' | 'foreign';

/** A frame in words for people, and its fields for programs. */
export interface Description {
  readonly frame: FrameName;
  readonly words: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const SPELT_OUT = 3;

/** Parts of one statement. */
export function phrase(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter(Boolean).join(' · ');
}

/** Several things of one kind: the first few, and how many there are besides. */
export function several(things: readonly string[], separator = ' | '): string {
  const rest = things.length - SPELT_OUT;
  return things.slice(0, SPELT_OUT).join(separator) + (rest > 0 ? `${separator}+${rest} more` : '');
}

/** `1 sample`, `2 samples`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A class: names are not on the wire. */
export function className(index: number | null): string {
  return index === null ? 'class none' : `class ${index}`;
}
