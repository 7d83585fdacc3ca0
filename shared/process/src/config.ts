import type { Static, TObject } from 'typebox';
import { type ConfigProblem, findProblems } from './config-check.js';
import { environmentName, fromText, readEnvironment } from './config-environment.js';
import { ConfigError } from './config-error.js';
import { readConfigFile } from './config-file.js';
import { refuseSecretOnCommandLine } from './config-secrets.js';
import { childSchema, chosen, define, isMapping, type Mapping, own, type Schema, withDefaults } from './schema.js';

/** Where a configuration comes from. */
export interface ConfigSources {
  /** a YAML file, as of `--config` */
  readonly file?: string | undefined;
  /** environment variables; `process.env` when left out */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** settings by the program itself, nested or by dotted path (`'uplink.url'`); undefined ones were not given */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** settings of the command line, by dotted path; a secret among them is refused */
  readonly commandLine?: Readonly<Record<string, string>> | undefined;
  /** DDNN_ variables that are for something else; DDNN_DATA and DDNN_REQUIRE_SERVICES always are */
  readonly ignoreEnv?: readonly string[] | undefined;
}

/**
 * Loads a process's configuration by one schema, which gives types, defaults and checks.
 *
 * Rising precedence: the schema's defaults, the YAML file, the environment (`uplink.url` is DDNN_UPLINK_URL), flags,
 * command line. Text from the last three becomes the setting's type. A list replaces the list before it.
 *
 * @throws ConfigError for an unknown key, a bad or missing value or a broken file, with the setting's path and its
 * place
 */
export function loadConfig<T extends TObject>(schema: T, sources: ConfigSources = {}): Static<T> {
  const root = schema as unknown as Schema;
  const file = sources.file === undefined ? undefined : readConfigFile(sources.file);
  const given: Mapping = file ? (withoutEmptySections(root, file.values) as Mapping) : {};
  const places = new Map<string, string>();
  const put = (path: readonly string[], value: unknown, place: string) => {
    if (value === undefined) return;
    setAt(given, path, value);
    places.set(path.join('.'), place);
  };
  for (const { path, value, name } of readEnvironment(root, sources.env ?? process.env, sources.ignoreEnv ?? [])) {
    put(path, value, `environment ${name}`);
  }
  for (const { path, value } of flatten(sources.flags ?? {}, [])) {
    const converted = typeof value === 'string' ? fromText(schemasAt(root, path), value) : value;
    put(path, converted, `flag ${path.join('.')}`);
  }
  for (const { path, value } of flatten(sources.commandLine ?? {}, [])) {
    const schemas = schemasAt(root, path);
    const converted = fromText(schemas, value as string);
    refuseSecretOnCommandLine(schemas, path, converted);
    put(path, converted, `flag ${path.join('.')}`);
  }
  const config = withDefaults(root, given);
  const problems = findProblems(root, config);
  if (problems.length > 0) {
    const placeOf = (path: readonly string[]): string | undefined => {
      for (let length = path.length; length > 0; length--) {
        const place = places.get(path.slice(0, length).join('.'));
        if (place) return place;
      }
      return file?.place(path);
    };
    throw describe(problems, placeOf);
  }
  return config as Static<T>;
}

function describe(
  problems: readonly ConfigProblem[],
  placeOf: (path: readonly string[]) => string | undefined,
): ConfigError {
  // A typing mistake makes a key unknown and often another key missing: report the unknown one, which is the cause.
  const first = problems.find((problem) => problem.code === 'DDNN_CONFIG_UNKNOWN_KEY') ?? problems[0]!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const setting = first.path.join('.');
  if (first.code === 'DDNN_CONFIG_REQUIRED') {
    const hint = `set it in the configuration file or as ${environmentName(first.path)}`;
    return new ConfigError(first.code, `${setting} ${first.reason}: ${hint}${more}`);
  }
  const place = placeOf(first.path);
  return new ConfigError(first.code, `${place ? `${place}: ` : ''}${setting} ${first.reason}${more}`);
}

/** `uplink:` with every line below it commented out is a section without settings, not an empty value. */
function withoutEmptySections(schema: Schema, value: unknown): unknown {
  if (value === null && schema.properties) return {};
  if (!isMapping(value)) return value;
  const part = chosen(schema, value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutEmptySections(childSchema(part, key) ?? {}, item)]),
  );
}

function setAt(target: Mapping, path: readonly string[], value: unknown): void {
  let section = target;
  for (const key of path.slice(0, -1)) {
    const next = own(section, key);
    section = isMapping(next) ? next : define(section, key, {});
  }
  define(section, path.at(-1)!, value);
}

function flatten(
  value: Readonly<Record<string, unknown>>,
  before: readonly string[],
): { path: string[]; value: unknown }[] {
  return Object.entries(value).flatMap(([key, item]) => {
    const path = [...before, ...key.split('.')];
    return isMapping(item) ? flatten(item, path) : [{ path, value: item }];
  });
}

/** The schemas that a path may mean: several where a union's choices each have it. */
function schemasAt(root: Schema, path: readonly string[]): Schema[] {
  let schemas = [root];
  for (const key of path) {
    schemas = schemas
      .flatMap((schema) => [schema, ...(schema.anyOf ?? [])])
      .flatMap((schema) => childSchema(schema, key) ?? []);
  }
  return schemas;
}
