import { type ClockReading, decodeClock, decodeStatus, decodeTraffic, type LinkBytes, NO_VIEW } from '@ddnn/protocol';
import { bytes, counted } from '../terminal/words.js';
import { type Description, phrase, several } from './description.js';
import { printable } from './printable.js';

const BUNDLE_DIGITS = 12;
/** Largest time that a `Date` can hold (ECMA-262, 21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

/** The status of a device or an edge. */
export function describeStatus(payload: Uint8Array): Description {
  const status = decodeStatus(payload);
  const { state, view, views, classes, scoreBytes, featureBytes, slotMs, version, epoch } = status;
  const bundle = Buffer.from(status.bundle).toString('hex');
  const words = phrase(
    view === NO_VIEW ? `edge of ${counted(views, 'camera')}` : `camera ${view} of ${views}`,
    state,
    `epoch ${epoch}`,
    `bundle ${bundle.slice(0, BUNDLE_DIGITS)}`,
    version && `version ${printable(version)}`,
    `${classes} classes`,
    `scores ${scoreBytes} B`,
    `features ${featureBytes} B`,
    slotMs > 0 ? `a slot every ${slotMs} ms` : 'triggered slots',
  );
  return { frame: 'status', words, fields: { ...status, view: view === NO_VIEW ? null : view, bundle } };
}

/** A device asks the edge for the time, or the edge answers. */
export function describeClock(payload: Uint8Array): Description {
  const { asked, edge }: ClockReading = decodeClock(payload);
  const words =
    edge === undefined
      ? `asks for the time, own clock ${asked.toFixed(1)} ms`
      : `the edge’s time is ${time(edge)}, asked at ${asked.toFixed(1)} ms`;
  return { frame: 'clock', words, fields: { epoch: payload[1], asked, ...(edge === undefined ? {} : { edge }) } };
}

/** What an edge has counted since it started. */
export function describeTraffic(payload: Uint8Array): Description {
  const traffic = decodeTraffic(payload);
  const words = phrase(
    counted(traffic.samples, 'sample'),
    `uplink ${link(traffic.uplink)}`,
    several(
      traffic.devices.map((device) => `camera ${device.view} ${link(device)}`),
      ' · ',
    ),
  );
  return { frame: 'traffic', words, fields: { epoch: payload[1], ...traffic } };
}

function link({ payloadUp, wireUp, wireDown, session }: LinkBytes): string {
  return `${bytes(wireUp)} up (payload ${bytes(payloadUp)}), ${bytes(wireDown)} down, session ${bytes(session)}`;
}

function time(unixMs: number): string {
  return Math.abs(unixMs) <= MAX_DATE_MS ? new Date(unixMs).toISOString() : `${unixMs} ms`;
}
