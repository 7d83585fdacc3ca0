import { FrameError, type ParsedTopic, parseTopic } from '@ddnn/protocol';
import type { WatchContext } from './context.js';
import { type Description, phrase } from './description.js';
import { describeFeatureRequest, describeFeatures, describeSummary } from './device-frames.js';
import { firstBytes, firstBytesInWords, printable, textOf } from './printable.js';
import { describeClock, describeStatus, describeTraffic } from './session-frames.js';
import {
  describeAcknowledgement,
  describeUplinkFeatures,
  describeUplinkRequest,
  describeVerdicts,
} from './uplink-frames.js';
import { describeVerdictJson, VerdictJsonError } from './verdict-json.js';

/**
 * Puts a message into words. Changes nothing, and throws for no payload: what can't be decoded is described as such,
 * with the error's code and the first bytes.
 */
export function describe(topic: string, payload: Uint8Array, context: WatchContext): Description {
  const parsed = parseTopic(topic);
  if (!parsed) return foreign(payload);
  try {
    return ours(parsed, payload, context);
  } catch (error) {
    if (error instanceof FrameError || error instanceof VerdictJsonError) return undecodable(error, payload);
    throw error;
  }
}

function ours({ which, names }: ParsedTopic, payload: Uint8Array, context: WatchContext): Description {
  switch (which) {
    case 'summary':
      return describeSummary(names, payload, context);
    case 'features':
      return describeFeatures(names, payload, context);
    case 'featureRequest':
      return describeFeatureRequest(names, payload, context);
    case 'verdict':
    case 'record':
      return describeVerdicts(which, names, payload, context);
    case 'uplinkFeatures':
      return describeUplinkFeatures(names, payload, context);
    case 'acknowledgement':
      return describeAcknowledgement(payload);
    case 'uplinkRequest':
      return describeUplinkRequest(payload);
    case 'clock':
    case 'clockAsk':
      return describeClock(payload);
    case 'traffic':
      return describeTraffic(payload);
    case 'verdictJson':
      return describeVerdictJson(payload);
    case 'edgeStatus':
    case 'deviceStatus':
    case 'uplinkStatus':
    case 'uplinkDeviceStatus':
      if (payload.length === 0) return { frame: 'status', words: 'taken off the broker', fields: { state: null } };
      return describeStatus(payload);
  }
}

function undecodable({ code, message }: FrameError | VerdictJsonError, payload: Uint8Array): Description {
  return {
    frame: 'undecodable',
    words: phrase(`undecodable ${code}`, message, firstBytesInWords(payload)),
    fields: { code, message, firstBytes: firstBytes(payload) },
  };
}

function foreign(payload: Uint8Array): Description {
  const text = textOf(payload);
  return {
    frame: 'foreign',
    words: phrase(
      'not one of ours',
      text === undefined ? undefined : `"${printable(text, 60)}"`,
      firstBytesInWords(payload),
    ),
    fields: { ...(text === undefined ? {} : { text: text.slice(0, 200) }), firstBytes: firstBytes(payload) },
  };
}
