import type { TSchema } from 'typebox';
import * as Value from 'typebox/value';
import { ConfigError } from './config-error.js';
import type { Schema } from './schema.js';

/**
 * Variables of the whole project that are not settings: where tests find data, whether they may skip services, and
 * whether the command line shows the stack of an error.
 */
const NEVER_SETTINGS = ['DDNN_DATA', 'DDNN_REQUIRE_SERVICES', 'DDNN_DEBUG'];

/**
 * Variables that Kubernetes and Docker set by themselves for a service whose name begins with `ddnn`. Both name and
 * value must fit, because `DDNN_MQTT_PORT=1883` is a setting, but a service `ddnn-mqtt` sets `DDNN_MQTT_PORT=tcp://…`.
 */
const OF_SERVICES: readonly (readonly [RegExp, RegExp])[] = [
  [/_SERVICE_HOST$/, /^[\da-f.:]+$/i],
  [/_SERVICE_PORT(_[A-Z\d_]+)?$/, /^\d+$/],
  [/_PORT(_\d+_(TCP|UDP|SCTP))?$/, /^(tcp|udp|sctp):\/\//],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PROTO$/, /^(tcp|udp|sctp)$/],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PORT$/, /^\d+$/],
  [/_PORT_\d+_(TCP|UDP|SCTP)_ADDR$/, /^[\da-f.:]+$/i],
];

/** One setting that the environment can give. */
interface EnvironmentSetting {
  readonly path: readonly string[];
  /** more than one where the choices of a union each have a setting of this name */
  readonly schemas: Schema[];
}

/** A setting's variable: `uplink.summaryTimeoutMs` is DDNN_UPLINK_SUMMARY_TIMEOUT_MS. */
export function environmentName(path: readonly string[]): string {
  const words = path.join('_').replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return `DDNN_${words.toUpperCase()}`;
}

/**
 * The settings that DDNN_ variables give, each with its path, its value by the schema's type and the variable's name.
 *
 * @throws ConfigError for a DDNN_ variable that is neither a setting nor in `ignore`, nor one that a service has
 */
export function readEnvironment(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
  ignore: readonly string[],
): { path: readonly string[]; value: unknown; name: string }[] {
  const settings = new Map<string, EnvironmentSetting>();
  collect(schema, [], settings);
  const ignored = new Set([...NEVER_SETTINGS, ...ignore]);
  const given: { path: readonly string[]; value: unknown; name: string }[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('DDNN_') || text === undefined || ignored.has(name)) continue;
    if (OF_SERVICES.some(([names, values]) => names.test(name) && values.test(text))) continue;
    const setting = settings.get(name);
    if (!setting) throw new ConfigError('DDNN_CONFIG_UNKNOWN_ENV', `environment ${name}: there is no such setting`);
    given.push({ path: setting.path, value: fromText(setting.schemas, text), name });
  }
  return given;
}

function collect(schema: Schema, path: readonly string[], settings: Map<string, EnvironmentSetting>): void {
  const sections = [schema, ...(schema.anyOf ?? [])].filter((part) => part.properties);
  for (const part of sections) {
    for (const [key, child] of Object.entries(part.properties!)) collect(child, [...path, key], settings);
  }
  if (sections.length > 0) return;
  const name = environmentName(path);
  const there = settings.get(name);
  if (!there) settings.set(name, { path, schemas: [schema] });
  else if (there.path.join('.') === path.join('.')) there.schemas.push(schema);
  else throw new Error(`the settings ${there.path.join('.')} and ${path.join('.')} share the variable ${name}`);
}

/**
 * Converts a text to the schema's type: numbers, `true` and `false`, lists with commas, or JSON for lists and mappings.
 * Text that fits no type stays text, so that the check refuses it with its path.
 */
export function fromText(schemas: readonly Schema[], text: string): unknown {
  const readings: unknown[] = [text];
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) readings.push(Number(text));
  if (text === 'true' || text === 'false') readings.push(text === 'true');
  try {
    readings.push(JSON.parse(text));
  } catch {
    // Most text is not JSON; the other readings remain.
  }
  for (const schema of schemas) {
    if (schema.items)
      readings.push(text === '' ? [] : text.split(',').map((item) => fromText([schema.items!], item.trim())));
  }
  const fits = (reading: unknown) => schemas.some((schema) => Value.Check(schema as TSchema, reading));
  const sameType = (reading: unknown) => schemas.some((schema) => typeMatches(schema, reading));
  // A number out of its range is still a number; the check refuses it.
  return readings.find(fits) ?? readings.find(sameType) ?? text;
}

function typeMatches({ type }: Schema, value: unknown): boolean {
  return type === 'array' ? Array.isArray(value) : (type === 'integer' ? 'number' : type) === typeof value;
}
