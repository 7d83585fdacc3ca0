import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ModelError } from '../errors.js';
import { confidenceNames } from './confidence.js';
import { TrainingSettingsSchema } from './training-settings.js';

const strict = { additionalProperties: false } as const;

const ConvP = Type.Object(
  { filters: Type.Integer({ minimum: 1, maximum: 256 }) },
  { ...strict, description: 'binary convolution 3x3 → max pooling 3x3, stride 2 → batch normalisation → sign' },
);
const Fc = Type.Object(
  { units: Type.Integer({ minimum: 1, maximum: 4096 }) },
  { ...strict, description: 'binary fully connected → batch normalisation → sign' },
);
// Exactly one of the keys. A union would say the same, but blames the wrong alternative when a block is broken.
const BlockSchema = Type.Unsafe<Block>(
  Type.Object(
    { convp: Type.Optional(ConvP), fc: Type.Optional(Fc) },
    { ...strict, minProperties: 1, maxProperties: 1, description: 'one block: convp or fc' },
  ),
);
const Section = Type.Array(BlockSchema, { maxItems: 8 });
const AggregatorName = Type.Enum(['max', 'average', 'concat']);
const ArithmeticName = Type.Enum(['binary', 'float'], {
  description: 'signs and bits; or float32 weights and max(0, x) in place of sign. Default: binary',
});
const MissingName = Type.Enum(['mask', 'learned'], {
  description: 'what concat has in place of a source that is not present: zeros, or a learned stand-in. Default: mask',
});
const CodingName = Type.Enum(['raw', 'arithmetic'], {
  description: 'how scores and features travel: bare, or by arithmetic coding with what training learnt. Default: raw',
});
const ScoreBits = Type.Integer({
  minimum: 1,
  maximum: 8,
  description:
    'bits of a score; below 8 it says how far a class is below its view’s best, for average only. Default: 8',
});
const Confidence = Type.Enum([...confidenceNames], { description: 'measure of uncertainty; default: entropy' });
const Threshold = Type.Number({ minimum: 0, maximum: 1 });
const ExitWeight = Type.Number({ minimum: 0, maximum: 100 });

/** The schema of an architecture file: types, bounds and documentation of every key. */
export const ArchitectureSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    input: Type.Object(
      {
        height: Type.Integer({ minimum: 1, maximum: 224 }),
        width: Type.Integer({ minimum: 1, maximum: 224 }),
        channels: Type.Enum([1, 3]),
      },
      strict,
    ),
    views: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 32, description: 'default: as many as the manifest has' }),
    ),
    classes: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 32,
        description: 'default: the manifest’s labels',
      }),
    ),
    device: Type.Object(
      { section: Section, exitWeight: Type.Optional(ExitWeight), coding: Type.Optional(CodingName) },
      strict,
    ),
    local: Type.Optional(
      Type.Object(
        {
          aggregator: AggregatorName,
          missing: Type.Optional(MissingName),
          scoreBits: Type.Optional(ScoreBits),
          confidence: Type.Optional(Confidence),
          threshold: Type.Optional(Threshold),
          exitWeight: Type.Optional(ExitWeight),
        },
        { ...strict, description: 'absent: no local exit, devices report presence only' },
      ),
    ),
    edge: Type.Optional(
      Type.Object(
        {
          aggregator: AggregatorName,
          missing: Type.Optional(MissingName),
          section: Section,
          arithmetic: Type.Optional(ArithmeticName),
          confidence: Type.Optional(Confidence),
          threshold: Type.Optional(Threshold),
          exitWeight: Type.Optional(ExitWeight),
          groups: Type.Optional(
            Type.Array(Type.Array(Type.Integer({ minimum: 0, maximum: 31 }), { minItems: 1 }), {
              minItems: 1,
              description: 'the views of each edge; default: one edge with every view',
            }),
          ),
        },
        strict,
      ),
    ),
    cloud: Type.Object(
      {
        aggregator: AggregatorName,
        missing: Type.Optional(MissingName),
        section: Section,
        arithmetic: Type.Optional(ArithmeticName),
        exitWeight: Type.Optional(ExitWeight),
      },
      strict,
    ),
    training: Type.Optional(TrainingSettingsSchema),
  },
  { ...strict, $id: 'DDNN architecture' },
);

/** One network as one literal: the tiers, their blocks, an aggregator per exit, thresholds. */
export type Architecture = Static<typeof ArchitectureSchema>;
/** An architecture whose views and classes are known: what a bundle holds. */
export type ResolvedArchitecture = Architecture & { views: number; classes: string[] };
/** One block of a section. */
export type Block = { convp: Static<typeof ConvP> } | { fc: Static<typeof Fc> };
/** How several outputs become one. */
export type AggregatorName = Static<typeof AggregatorName>;

/** What a section and its exit compute with: signs and bits, or float32. */
export type Arithmetic = Static<typeof ArithmeticName>;

/** Reads an architecture from YAML text. Errors name the file, the line and the key. */
export function parseArchitecture(text: string, file: string): Architecture {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const broken = document.errors[0];
  if (broken) {
    const at = lines.linePos(broken.pos[0]);
    throw new ModelError('DDNN_ARCHITECTURE_SYNTAX', `${file}:${at.line}:${at.col}: ${broken.message}`);
  }
  const where = (path: string[]) => `${file}:${lineOf(document.contents, path, lines)}`;
  return checkArchitecture(toValue(document, file), where);
}

/** Aliases are followed only here: unknown ones and too many of them are found late, and without a place. */
function toValue(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ModelError('DDNN_ARCHITECTURE_SYNTAX', `${file}: ${(error as Error).message}`);
  }
}

/** Checks a value against {@link ArchitectureSchema}. `where` tells a key's place for the error. */
export function checkArchitecture(
  value: unknown,
  where: (path: string[]) => string = () => 'architecture',
): Architecture {
  const errors = [...Value.Errors(ArchitectureSchema, value)];
  if (errors.length > 0) {
    // A mistyped key is also a missing one: the unknown key (a property whose schema is `false`) tells more.
    const unknown = errors.find((error) => error.keyword === 'boolean');
    const error = unknown ?? errors[0];
    const path = pointerKeys(error.instancePath);
    const key = path.length > 0 ? path.join('.') : 'the file';
    if (unknown) throw new ModelError('DDNN_ARCHITECTURE_KEY', `${where(path)}: unknown key ${key}`);
    const what = error.keyword === 'enum' ? `must be one of ${error.params.allowedValues.join(', ')}` : error.message;
    throw new ModelError('DDNN_ARCHITECTURE_VALUE', `${where(path)}: ${key} ${what}`);
  }
  const architecture = value as Architecture;
  // Not `uniqueItems` of the schema: that looks into items before it is known what they are, as deep as they go.
  if (architecture.classes && new Set(architecture.classes).size < architecture.classes.length) {
    throw new ModelError('DDNN_ARCHITECTURE_VALUE', `${where(['classes'])}: classes must not have duplicate items`);
  }
  return architecture;
}

/** The keys of a JSON pointer (RFC 6901). */
function pointerKeys(pointer: string): string[] {
  const escaped = pointer.split('/').slice(1);
  return escaped.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lineOf(root: Node | null, path: string[], lines: LineCounter): number {
  let node: unknown = root;
  let line = 1;
  for (const key of path) {
    const named = (item: { key: unknown }) => String((item.key as { value?: unknown }).value) === key;
    const pair = isMap(node) ? node.items.find(named) : undefined;
    node = isSeq(node) ? node.items[Number(key)] : pair?.value;
    const { range } = ((pair ? pair.key : node) ?? {}) as Node;
    if (range) line = lines.linePos(range[0]).line;
  }
  return line;
}
