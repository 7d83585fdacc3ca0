import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

const integer = /^-?\d{1,16}$/;

/**
 * Checks requests against their TypeBox schemas. Paths and queries are text; in them, text that is an integer becomes a
 * number. Nothing else is converted, so `1.5` is refused and not cut to 1.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (given: unknown) => {
    const value = httpPart === 'body' ? given : withIntegers(schema, given as Record<string, unknown>);
    if (validator.Check(value)) return { value };
    const errors = validator.Errors(value);
    // For an unknown key, TypeBox reports an error at the schema `false` in the key's place.
    const unknown = errors.find(({ keyword }) => keyword === 'boolean');
    const { instancePath, message } = unknown ? { ...unknown, message: 'is unknown' } : errors[0];
    return { error: new Error(`${httpPart}${instancePath.replaceAll('/', '.')} ${message}`) };
  };
};

function withIntegers(schema: TSchema, given: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  const read = ([key, value]: [string, unknown]) => {
    const number = properties[key]?.type === 'integer' && typeof value === 'string' && integer.test(value);
    return [key, number ? Number(value) : value];
  };
  return Object.fromEntries(Object.entries(given).map(read));
}
