import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors.js';
import { checkArchitecture, parseArchitecture } from './architecture.js';

const FULL = `name: street
input: { height: 32, width: 32, channels: 3 }
views: 3
classes: [car, bus, person]
device:
  section:
    - convp:
        filters: 4
    - fc: { units: 10 }
  exitWeight: 0.5
local:
  aggregator: max
  threshold: 0.8
edge:
  aggregator: average
  section:
    - convp: { filters: 5 }
  groups:
    - [0, 2]
    - [1]
cloud:
  aggregator: concat
  section: []
`;

const parse = (text: string) => parseArchitecture(text, 'street.yaml');

function refusal(text: string): { code: string; message: string } {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    const { code, message, userFault } = error as ModelError;
    expect(userFault).toBe(true);
    return { code, message };
  }
  throw new Error('was accepted');
}

/** The full file with one line replaced. */
function change(line: string, by: string): string {
  expect(FULL.split(line).length, `"${line}" stands once`).toBe(2);
  return FULL.replace(line, by);
}

describe('an architecture file', () => {
  it('is read with every key', () => {
    expect(parse(FULL)).toEqual({
      name: 'street',
      input: { height: 32, width: 32, channels: 3 },
      views: 3,
      classes: ['car', 'bus', 'person'],
      device: { section: [{ convp: { filters: 4 } }, { fc: { units: 10 } }], exitWeight: 0.5 },
      local: { aggregator: 'max', threshold: 0.8 },
      edge: {
        aggregator: 'average',
        section: [{ convp: { filters: 5 } }],
        groups: [[0, 2], [1]],
      },
      cloud: { aggregator: 'concat', section: [] },
    });
  });

  it('may repeat itself by anchors', () => {
    const text = change('section: []', 'section: *chain').replace(
      '  section:\n    - convp:\n',
      '  section: &chain\n    - convp:\n',
    );
    expect(parse(text).cloud.section).toEqual(parse(text).device.section);
  });

  it('is refused where it is no YAML, with line and column', () => {
    expect(refusal(change('views: 3', 'views: [3'))).toEqual({
      code: 'DDNN_ARCHITECTURE_SYNTAX',
      message: expect.stringMatching(/^street\.yaml:4:1: \S/),
    });
    expect(refusal(`${FULL}name: again\n`)).toEqual({
      code: 'DDNN_ARCHITECTURE_SYNTAX',
      message: expect.stringMatching(/^street\.yaml:24:1: Map keys must be unique$/),
    });
    expect(refusal(`${FULL}? [a]\n: 1\n`).code).toBe('DDNN_ARCHITECTURE_SYNTAX');
    expect(refusal(`${FULL}---\n`).code).toBe('DDNN_ARCHITECTURE_SYNTAX');
  });

  it('is refused where an alias leads nowhere or too far', () => {
    expect(refusal(change('views: 3', 'views: *three'))).toEqual({
      code: 'DDNN_ARCHITECTURE_SYNTAX',
      message: expect.stringMatching(/^street\.yaml: .*three/),
    });
    const bomb = [...'abcdef'].reduce((text, name, i) => {
      const value = i === 0 ? 'x' : `*${'abcdef'[i - 1]}`;
      return `${text}${name}: &${name} [${new Array(10).fill(value)}]\n`;
    }, '');
    expect(refusal(bomb).code).toBe('DDNN_ARCHITECTURE_SYNTAX');
  });

  it.each([
    ['the file', 'views: 3', 'vews: 3', 3, 'vews'],
    ['input', 'height: 32, width: 32', 'height: 32, depth: 32', 2, 'input.depth'],
    ['device', '  exitWeight: 0.5', '  exitweight: 0.5', 10, 'device.exitweight'],
    ['a block', '    - convp:\n', '    - conv:\n', 7, 'device.section.0.conv'],
    ['a convp block', '        filters: 4', '        filter: 4', 8, 'device.section.0.convp.filter'],
    ['an fc block', 'units: 10', 'filters: 10', 9, 'device.section.1.fc.filters'],
    ['local', '  threshold: 0.8', '  section: []', 13, 'local.section'],
    ['edge', '  groups:', '  group:', 18, 'edge.group'],
    ['cloud', '  section: []', '  section: []\n  threshold: 1', 24, 'cloud.threshold'],
    ['JavaScript', 'views: 3', '__proto__: 3', 3, '__proto__'],
    ['a JSON pointer', 'views: 3', 'a/b~c: 3', 3, 'a/b~c'],
  ])('is refused for an unknown key in %s, which it names with its line', (_, line, by, at, key) => {
    expect(refusal(change(line, by))).toEqual({
      code: 'DDNN_ARCHITECTURE_KEY',
      message: `street.yaml:${at}: unknown key ${key}`,
    });
  });

  it.each([
    ['views: 3', 'views: 0', 3, 'views must be >= 1'],
    ['views: 3', 'views: 33', 3, 'views must be <= 32'],
    ['views: 3', 'views: 2.5', 3, 'views must be integer'],
    ['views: 3', 'views: many', 3, 'views must be integer'],
    ['views: 3', 'views: .nan', 3, 'views must be integer'],
    ['[car, bus, person]', '[]', 4, 'classes must not have fewer than 1 items'],
    ['[car, bus, person]', '[car, 2]', 4, 'classes.1 must be string'],
    ['[car, bus, person]', '[car, bus, car]', 4, 'classes must not have duplicate items'],
    ['[car, bus, person]', 'car', 4, 'classes must be array'],
    ['channels: 3', 'channels: 2', 2, 'input.channels must be one of 1, 3'],
    ['height: 32', 'height: 225', 2, 'input.height must be <= 224'],
    ['        filters: 4', '        filters: 0', 8, 'device.section.0.convp.filters must be >= 1'],
    ['units: 10', 'units: 4097', 9, 'device.section.1.fc.units must be <= 4096'],
    ['    - fc: { units: 10 }', '    - fc', 9, 'device.section.1 must be object'],
    ['    - fc: { units: 10 }', '    - {}', 9, 'device.section.1 must not have fewer than 1 properties'],
    [
      '- fc: { units: 10 }',
      '- { fc: { units: 1 }, convp: { filters: 1 } }',
      9,
      'device.section.1 must not have more than 1 properties',
    ],
    ['  aggregator: max', '  aggregator: mean', 12, 'local.aggregator must be one of max, average, concat'],
    ['  threshold: 0.8', '  threshold: 1.1', 13, 'local.threshold must be <= 1'],
    ['  exitWeight: 0.5', '  exitWeight: -1', 10, 'device.exitWeight must be >= 0'],
    ['    - [0, 2]', '    - [0, 32]', 19, 'edge.groups.0.1 must be <= 31'],
    ['    - [1]', '    - []', 20, 'edge.groups.1 must not have fewer than 1 items'],
    ['  section: []', '', 21, 'cloud must have required properties section'],
    ['name: street\n', '', 1, 'the file must have required properties name'],
    ['name: street', 'name: ""', 1, 'name must not have fewer than 1 characters'],
  ])('is refused where "%s" becomes "%s"', (line, by, at, message) => {
    expect(refusal(change(line, by))).toEqual({
      code: 'DDNN_ARCHITECTURE_VALUE',
      message: `street.yaml:${at}: ${message}`,
    });
  });

  it.each(['', '[]', '- name: street', '5', 'street', 'null'])('is refused where it is no map: "%s"', (text) => {
    expect(refusal(text)).toEqual({
      code: 'DDNN_ARCHITECTURE_VALUE',
      message: 'street.yaml:1: the file must be object',
    });
  });

  it('is checked as a plain value too', () => {
    const value = parse(FULL);
    expect(checkArchitecture(value)).toBe(value);
    expect(() => checkArchitecture({ ...value, views: 99 })).toThrow('architecture: views must be <= 32');
  });
});
