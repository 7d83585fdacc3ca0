import { type Static, type TInteger, type TString, Type } from 'typebox';

/** A level of logging; `silent` logs nothing. */
export const LogLevelSetting = Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  default: 'info',
  description: 'least severe level that is logged',
});
export type LogLevel = Static<typeof LogLevelSetting>;

/** A password or a token; no message and no log line shows it. */
export function SecretSetting(description: string): TString {
  return Type.String({ minLength: 1, secret: true, description });
}

/** A whole number with a default and bounds. */
export function IntegerSetting(fallback: number, minimum: number, maximum: number, description: string): TInteger {
  return Type.Integer({ default: fallback, minimum, maximum, description });
}

/** How a client keeps its connection to a broker; spread it into a section of settings. */
export const connectionSettings = {
  keepaliveSeconds: IntegerSetting(15, 1, 3_600, 'MQTT keep-alive'),
  reconnectMs: IntegerSetting(
    1_000,
    50,
    60_000,
    'mean wait before connecting again, after the first failure; it doubles with each further one',
  ),
  maxReconnectMs: IntegerSetting(5_000, 50, 600_000, 'mean wait at most'),
};

/** A TCP port to listen on; 0 takes a free one. */
export function PortSetting(fallback: number): TInteger {
  return IntegerSetting(fallback, 0, 65_535, 'TCP port; 0 takes a free one');
}

/** The section `log` of every process. */
export const LogSettings = Type.Object({
  level: LogLevelSetting,
  pretty: Type.Optional(
    Type.Boolean({ description: 'lines for people instead of JSON; true on a terminal when left out' }),
  ),
});

/** The section `health` of every process: where `/healthz`, `/readyz` and `/metrics` are served. */
export const HealthSettings = Type.Object({
  host: Type.String({ default: '127.0.0.1', minLength: 1, description: 'address to listen on' }),
  port: PortSetting(0),
});
