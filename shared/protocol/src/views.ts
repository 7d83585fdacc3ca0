import { invalid } from './errors.js';

/**
 * What happened to one view of a sample. *absent*: its camera sees nothing. *lost*: nothing came from its device.
 * *late*: its device is alive but did not answer before the deadline.
 */
export const ViewState = { lost: 0, absent: 1, present: 2, late: 3 } as const;
export type ViewStateName = keyof typeof ViewState;

/** Names by value. */
export const viewStateNames: readonly ViewStateName[] = ['lost', 'absent', 'present', 'late'];

/** Bytes that the states of `views` views take: two bits each. */
export function viewStatesBytes(views: number): number {
  return (views + 3) >> 2;
}

/** Packs view states, view 0 in the lowest bits of the first byte. Throws {@link FrameError} for a state above 3. */
export function packViewStates(states: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(viewStatesBytes(states.length));
  for (let view = 0; view < states.length; view++) {
    if (states[view] > 3) {
      throw invalid(`view ${view} has unknown state ${states[view]}`, view >> 2);
    }
    bytes[view >> 2] |= states[view] << ((view & 3) * 2);
  }
  return bytes;
}

/** Unpacks the states of `views` views. `offset` is where they stand in the frame, for the error. */
export function unpackViewStates(bytes: Uint8Array, views: number, offset: number): Uint8Array {
  const states = new Uint8Array(views);
  for (let view = 0; view < views; view++) states[view] = (bytes[view >> 2] >> ((view & 3) * 2)) & 3;
  const used = views & 3;
  if (used && bytes[bytes.length - 1] >> (used * 2) !== 0) {
    throw invalid(`bits are set beyond view ${views - 1}`, offset + bytes.length - 1);
  }
  return states;
}

/** The presence mask of view states: bit v is set where view v is present. */
export function presenceMask(states: Uint8Array): number {
  let mask = 0;
  for (let view = 0; view < states.length; view++) if (states[view] === ViewState.present) mask |= 1 << view;
  return mask;
}
