/** The parts of a JSON schema that configuration is read by; TypeBox types have these at run time. */
export interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  /** a password or the like: no message shows it */
  readonly secret?: boolean;
}

export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A mapping's own value, so that a key such as `constructor` finds nothing. */
export function own(value: unknown, key: string): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Assigns without setters, so that a key `__proto__` stays a key. */
export function define<V>(target: Mapping, key: string, value: V): V {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  return value;
}

/**
 * The schema itself; if it is a choice between mappings, the one whose constants, such as `kind: 'folder'`, the value
 * has.
 */
export function chosen(schema: Schema, value: unknown): Schema {
  const mappings = schema.anyOf?.filter((option) => option.properties);
  if (!mappings?.length || !isMapping(value)) return schema;
  const fits = (option: Schema) =>
    Object.entries(option.properties!).every(
      ([key, { const: wanted }]) => wanted === undefined || own(value, key) === wanted,
    );
  return mappings.find(fits) ?? schema;
}

/** The schema of one key of a mapping or of the elements of a list; undefined where the key is unknown. */
export function childSchema(schema: Schema, key: string): Schema | undefined {
  if (schema.items) return schema.items;
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const patterns = Object.entries(schema.patternProperties ?? {});
  const pattern = patterns.find(([expression]) => new RegExp(expression).test(key));
  if (pattern) return pattern[1];
  const { additionalProperties } = schema;
  return additionalProperties === true ? {} : additionalProperties || undefined;
}

/** A copy of the value with the schema's defaults where nothing was given; required sections appear as needed. */
export function withDefaults(schema: Schema, value: unknown, required = true): unknown {
  if (value === undefined && schema.default !== undefined) return withDefaults(schema, structuredClone(schema.default));
  if (value === undefined && schema.properties && required) return withDefaults(schema, {});
  const part = chosen(schema, value);
  if (Array.isArray(value)) return part.items ? value.map((item) => withDefaults(part.items!, item)) : value;
  if (!isMapping(value)) return value;
  const filled: Mapping = {};
  for (const key of new Set([...Object.keys(part.properties ?? {}), ...Object.keys(value)])) {
    const child = childSchema(part, key);
    const given = own(value, key);
    const result = child ? withDefaults(child, given, part.required?.includes(key) ?? false) : given;
    if (result !== undefined) define(filled, key, result);
  }
  return filled;
}
