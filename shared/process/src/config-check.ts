import type { TSchema } from 'typebox';
import * as Value from 'typebox/value';
import { BROKER_URL_FORMAT, brokerUrlProblem } from './broker-url.js';
import type { ConfigErrorCode } from './config-error.js';
import { childSchema, chosen, isMapping, type Schema } from './schema.js';

/**
 * A setting that the schema refuses. In `path`, places in a list are numbers written as text; `reason` does not repeat
 * the path.
 */
export interface ConfigProblem {
  readonly code: ConfigErrorCode;
  readonly path: readonly string[];
  readonly reason: string;
}

/** Everything that is wrong with a value, in the order of the schema. Unknown keys are refused at every depth. */
export function findProblems(schema: Schema, value: unknown, path: readonly string[] = []): ConfigProblem[] {
  const part = chosen(schema, value);
  const bad = (reason: string): ConfigProblem[] => [{ code: 'DDNN_CONFIG_VALUE', path, reason }];
  if (part.properties || part.patternProperties) {
    if (!isMapping(value)) return bad(`must be a mapping of settings, not ${kindOf(value)}`);
    return findInMapping(part, value, path);
  }
  if (part.items && Array.isArray(value)) {
    const inside = value.flatMap((item, index) => findProblems(part.items!, item, [...path, String(index)]));
    if (inside.length > 0) return inside;
  }
  if (part.format === BROKER_URL_FORMAT && typeof value === 'string') {
    const problem = brokerUrlProblem(value);
    return problem ? bad(problem) : [];
  }
  const errors = Value.Errors(part as TSchema, value);
  if (errors.length === 0) return [];
  if (part.anyOf || part.enum || part.const !== undefined) return bad(`must be ${choices(part)}`);
  const shown = part.secret ? 'a secret' : kindOf(value);
  return bad(errors.map((error) => readable(error.message, shown)).join(' and '));
}

function findInMapping(part: Schema, value: Record<string, unknown>, path: readonly string[]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const key of part.required ?? []) {
    if (Object.hasOwn(value, key)) continue;
    problems.push({ code: 'DDNN_CONFIG_REQUIRED', path: [...path, key], reason: 'is required' });
  }
  for (const [key, item] of Object.entries(value)) {
    const child = childSchema(part, key);
    if (child) {
      problems.push(...findProblems(child, item, [...path, key]));
    } else {
      const known = Object.keys(part.properties ?? {}).join(', ');
      problems.push({
        code: 'DDNN_CONFIG_UNKNOWN_KEY',
        path: [...path, key],
        reason: `is unknown; known are ${known}`,
      });
    }
  }
  if (problems.length > 0) return problems;
  // A fault of the mapping as a whole, such as its number of keys.
  const errors = Value.Errors(part as TSchema, value);
  return errors.map(({ message }) => ({ code: 'DDNN_CONFIG_VALUE', path, reason: message }));
}

function readable(message: string, shown: string): string {
  return message.startsWith('must be ') && !/[<>=]/.test(message) ? `${message}, not ${shown}` : message;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  // Numbers and booleans are shown, strings are not: they may be secrets.
  return isMapping(value) ? 'a mapping' : typeof value === 'string' ? 'a string' : String(value);
}

function choices({ anyOf, enum: values, const: only, type, properties }: Schema): string {
  if (anyOf) return anyOf.map(choices).join(' or ');
  if (values) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (only !== undefined) return JSON.stringify(only);
  const fixed = Object.entries(properties ?? {}).find(([, child]) => child.const !== undefined);
  return fixed ? `a mapping with ${fixed[0]}: ${JSON.stringify(fixed[1].const)}` : `of type ${type}`;
}
