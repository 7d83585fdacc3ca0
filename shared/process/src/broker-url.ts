import { isIPv4, isIPv6 } from 'node:net';
import { type TString, Type } from 'typebox';
import { ConfigError } from './config-error.js';

/** The key of a schema by which the check of a configuration knows a broker's URL. */
export const BROKER_URL_FORMAT = 'broker-url';
const URL_PARTS = /^mqtt:\/\/(?:\[(?<ipv6>[^\]]*)\]|(?<host>[^:/[\]]*))(?::(?<port>\d{1,5}))?\/?$/;
const HOST_NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*\.?$/;

/** A setting that says where an MQTT broker listens. */
export function BrokerUrlSetting(description: string, fallback?: string): TString {
  return Type.String({
    format: BROKER_URL_FORMAT,
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/**
 * Why a text is not the URL of a broker; undefined: it is one. The reason does not repeat the text, which may hold a
 * password.
 */
export function brokerUrlProblem(url: string): string | undefined {
  if (url.includes('@')) {
    return 'must not hold a user name or password: the password of a device is the setting edge.token';
  }
  const { ipv6, host, port } = URL_PARTS.exec(url)?.groups ?? {};
  // Strict, because mqtt.js accepts any text, and connects to another host if it finds none in it.
  if (ipv6 === undefined && host === undefined) return 'must be mqtt://HOST or mqtt://HOST:PORT';
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return 'must name a port from 1 to 65535';
  const isHost = ipv6 === undefined ? isHostName(host!) : isIPv6(ipv6);
  return isHost ? undefined : 'must name a host, as mqtt://127.0.0.1:1883 does';
}

/** Refuses what is no URL of a broker. @throws ConfigError that names the setting */
export function checkBrokerUrl(url: string, setting: string): void {
  const problem = brokerUrlProblem(url);
  if (problem) throw new ConfigError('DDNN_CONFIG_VALUE', `${setting} ${problem}`);
}

/** A host of digits and dots must be a valid IPv4 address; otherwise it is a typing mistake. */
function isHostName(host: string): boolean {
  return /^[\d.]*$/.test(host) ? isIPv4(host) : host.length <= 253 && HOST_NAME.test(host);
}
