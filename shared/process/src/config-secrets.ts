import { statSync } from 'node:fs';
import type { TObject } from 'typebox';
import { environmentName } from './config-environment.js';
import { ConfigError } from './config-error.js';
import { readConfigFile } from './config-file.js';
import { childSchema, chosen, isMapping, type Schema } from './schema.js';

/** Whoever is neither the owner of a file nor in its group may read, write or execute it. */
const OTHERS = 0o007;

/** The paths of the secrets that a value holds; places in a list are numbers written as text. */
function secretsIn(schema: Schema, value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (schema.secret) return value === undefined ? [] : [path];
  const part = chosen(schema, value);
  if (!isMapping(value) && !Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const child = childSchema(part, key);
    return child ? secretsIn(child, item, [...path, key]) : [];
  });
}

/**
 * Refuses a secret on the command line, which every user of the machine can read while the process runs, and which a
 * shell keeps.
 *
 * @param schemas what the setting at `path` may be
 * @throws ConfigError `DDNN_CONFIG_SECRET` that names the variable in its place
 */
export function refuseSecretOnCommandLine(schemas: readonly Schema[], path: readonly string[], value: unknown): void {
  const secret = schemas.flatMap((schema) => secretsIn(schema, value, path))[0];
  if (!secret) return;
  const why = 'a secret on the command line can be read by everybody on this machine';
  const instead = `set it in the configuration file or as ${environmentName(path)}`;
  throw new ConfigError('DDNN_CONFIG_SECRET', `flag ${path.join('.')}: ${secret.join('.')}: ${why}; ${instead}`);
}

/** A warning, if this configuration file holds a secret and everybody may read it. Undefined: all is well. */
export function exposedSecret(schema: TObject, file: string): string | undefined {
  const secret = secretsIn(schema as unknown as Schema, readConfigFile(file).values)[0];
  if (!secret || process.platform === 'win32' || (statSync(file).mode & OTHERS) === 0) return undefined;
  return `${file} holds a secret (${secret.join('.')}) and everybody on this machine can read it: chmod o= ${file}`;
}
