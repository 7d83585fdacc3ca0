import { type FrameKindName, NO_CLASS } from '@ddnn/protocol';

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

/** `slot 1`, `slots 1 2 3 +2 more`. */
export function slotsInWords(slots: readonly (string | number)[]): string {
  return `${slots.length > 1 ? 'slots' : 'slot'} ${several(slots.map(String), ' ')}`;
}

/** A class: names are not on the wire. */
export function className(index: number | null): string {
  return index === null || index === NO_CLASS ? 'class none' : `class ${index}`;
}
