import type { VerdictJson } from '@ddnn/edge-broker';
import { type Description, phrase } from './description.js';
import { printable } from './printable.js';

/** A payload on the verdict topic that is not a verdict in JSON. */
export class VerdictJsonError extends Error {
  override readonly name = 'VerdictJsonError';
  readonly code = 'DDNN_CLI_VERDICT_JSON';
}

/** The verdict that anyone may read. Throws {@link VerdictJsonError}. */
export function describeVerdictJson(payload: Uint8Array): Description {
  const { site, edge, slot, exit, reason, uncertainty, views, missing, capturedAt, answeredAt, ...rest } =
    read(payload);
  const words = phrase(
    `slot ${slot}`,
    `${printable(rest.class)}, ${exit === 'fallback' ? `fallback: ${printable(String(reason))}` : `${printable(exit)} exit`}`,
    typeof uncertainty === 'number' && `uncertainty ${uncertainty.toFixed(2)}`,
    Array.isArray(missing) && missing.length > 0 && `missing cameras ${printable(missing.join(' '))}`,
    typeof answeredAt === 'number' &&
      typeof capturedAt === 'number' &&
      `after ${Math.round(answeredAt - capturedAt)} ms`,
  );
  const fields = {
    site,
    edge,
    slot,
    class: rest.class,
    exit,
    reason,
    uncertainty,
    views,
    missing,
    capturedAt,
    answeredAt,
  };
  return { frame: 'json', words, fields };
}

function read(payload: Uint8Array): VerdictJson {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new VerdictJsonError('not JSON');
  }
  const verdict = Object(value) as VerdictJson;
  const isVerdict =
    Number.isInteger(verdict.slot) && typeof verdict.class === 'string' && typeof verdict.exit === 'string';
  if (!isVerdict) throw new VerdictJsonError('JSON without slot, class and exit');
  return verdict;
}
