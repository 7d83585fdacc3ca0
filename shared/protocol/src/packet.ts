import { lengthBytes } from './length-prefix.js';

/*
 * Sizes of MQTT 3.1.1 control packets, so that `wire` counts what the protocol puts on a socket (without TCP/IP and
 * TLS).
 */

/**
 * Bytes of a PUBLISH packet (MQTT 3.1.1, 3.3), with its "remaining length" (2.2.3). `topicBytes` is the topic's length
 * in UTF-8.
 */
export function publishBytes(topicBytes: number, payloadBytes: number, qos: number): number {
  const remaining = 2 + topicBytes + (qos > 0 ? 2 : 0) + payloadBytes;
  return 1 + lengthBytes(remaining) + remaining;
}

/** Bytes of a PUBACK packet (MQTT 3.1.1, 3.4). */
export const PUBACK_BYTES = 4;
