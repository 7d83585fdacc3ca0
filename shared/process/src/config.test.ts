import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigSources, loadConfig } from './config.js';
import { LogSettings, SecretSetting } from './settings.js';

const schema = Type.Object({
  uplink: Type.Object({
    url: Type.String({ default: 'mqtt://127.0.0.1' }),
    summaryTimeoutMs: Type.Integer({ default: 500, minimum: 1 }),
    retained: Type.Boolean({ default: false }),
  }),
  log: LogSettings,
  site: Type.Optional(Type.String({ minLength: 1 })),
  tls: Type.Optional(Type.Object({ key: Type.String(), minVersion: Type.Number({ default: 1.2 }) })),
  views: Type.Array(Type.Integer(), { default: [0, 1] }),
  cameras: Type.Array(Type.Object({ name: Type.String(), rate: Type.Number({ default: 10 }) }), { default: [] }),
  source: Type.Union(
    [
      Type.Object({ kind: Type.Literal('folder'), folder: Type.String(), loop: Type.Boolean({ default: true }) }),
      Type.Object({ kind: Type.Literal('street'), seed: Type.Integer({ default: 7 }) }),
    ],
    { default: { kind: 'street' } },
  ),
  sites: Type.Record(Type.String(), Type.Object({ edges: Type.Integer() }), { default: {} }),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ddnn-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function yaml(text: string): string {
  const file = path.join(folder, 'edge.yaml');
  writeFileSync(file, text);
  return file;
}

const load = (sources: ConfigSources = {}) => loadConfig(schema, { env: {}, ...sources });

const defaults = {
  uplink: { url: 'mqtt://127.0.0.1', summaryTimeoutMs: 500, retained: false },
  log: { level: 'info' },
  views: [0, 1],
  cameras: [],
  source: { kind: 'street', seed: 7 },
  sites: {},
};

describe('precedence', () => {
  it('starts from the defaults of the schema', () => {
    expect(load()).toEqual(defaults);
    expect(load({ file: yaml('') })).toEqual(defaults);
    expect(load({ file: yaml('uplink:\n  # url: mqtt://x\n') })).toEqual(defaults);
  });

  it('never hands out the schema’s own default', () => {
    load().views.push(9);
    expect(load().views).toEqual([0, 1]);
  });

  it('lets the file win over defaults, the environment over the file, flags over all', () => {
    const file = yaml('uplink:\n  summaryTimeoutMs: 1\n');
    const env = { DDNN_UPLINK_SUMMARY_TIMEOUT_MS: '2' };
    const timeout = (sources: ConfigSources) => load(sources).uplink.summaryTimeoutMs;
    expect(timeout({})).toBe(500);
    expect(timeout({ file })).toBe(1);
    expect(timeout({ file, env })).toBe(2);
    expect(timeout({ file, env, flags: { 'uplink.summaryTimeoutMs': 3 } })).toBe(3);
    expect(timeout({ file, env, flags: { uplink: { summaryTimeoutMs: '4' } } })).toBe(4);
    expect(timeout({ file, env, flags: { 'uplink.summaryTimeoutMs': undefined } })).toBe(2);
  });

  it('keeps the other settings of a section', () => {
    const file = yaml('uplink: { url: "mqtt://file", retained: true }');
    const { uplink } = load({ file, flags: { 'uplink.url': 'mqtt://flag' } });
    expect(uplink).toEqual({ url: 'mqtt://flag', summaryTimeoutMs: 500, retained: true });
  });

  it('leaves an optional section out, and fills it once it is given', () => {
    expect(load().tls).toBeUndefined();
    expect(load({ env: { DDNN_TLS_KEY: '/k' } }).tls).toEqual({ key: '/k', minVersion: 1.2 });
  });

  it('fills defaults inside lists, records and the chosen kind', () => {
    const file = yaml('cameras: [{ name: north }]\nsource: { kind: folder, folder: f }\nsites: { a: { edges: 2 } }\n');
    expect(load({ file })).toMatchObject({
      cameras: [{ name: 'north', rate: 10 }],
      source: { kind: 'folder', folder: 'f', loop: true },
      sites: { a: { edges: 2 } },
    });
  });

  it('reads process.env when no environment is given', () => {
    process.env.DDNN_SITE = 'harbour';
    try {
      expect(loadConfig(Type.Object({ site: Type.String() })).site).toBe('harbour');
    } finally {
      delete process.env.DDNN_SITE;
    }
  });
});

describe('the environment', () => {
  const env = (name: string, text: string) => load({ env: { [name]: text } });

  it('is converted by the type of the setting', () => {
    expect(env('DDNN_UPLINK_RETAINED', 'true').uplink.retained).toBe(true);
    expect(env('DDNN_UPLINK_SUMMARY_TIMEOUT_MS', '1e3').uplink.summaryTimeoutMs).toBe(1000);
    expect(env('DDNN_SITE', '12').site).toBe('12');
    expect(env('DDNN_SITE', 'true').site).toBe('true');
    expect(env('DDNN_VIEWS', '3, 4').views).toEqual([3, 4]);
    expect(env('DDNN_VIEWS', '').views).toEqual([]);
    expect(env('DDNN_CAMERAS', '[{"name":"a","rate":2}]').cameras).toEqual([{ name: 'a', rate: 2 }]);
    expect(env('DDNN_LOG_LEVEL', 'debug').log.level).toBe('debug');
  });

  it('reaches the settings of every kind of a choice', () => {
    const source = load({ env: { DDNN_SOURCE_KIND: 'folder', DDNN_SOURCE_FOLDER: '12' } }).source;
    expect(source).toEqual({ kind: 'folder', folder: '12', loop: true });
  });

  it('ignores what is not DDNN_, what is for tests, and what it is told to', () => {
    const others = { HOME: '/', DDNN_DATA: '/d', DDNN_REQUIRE_SERVICES: '1', DDNN_EXTRA: 'x' };
    expect(load({ env: others, ignoreEnv: ['DDNN_EXTRA'] })).toEqual(defaults);
  });

  it('lets variables pass that a service of that name has, also under the name of a setting', () => {
    const services = {
      DDNN_SERVICE_HOST: '10.0.0.7',
      DDNN_PORT: 'tcp://10.0.0.7:80',
      DDNN_EDGE_SERVICE_HOST: 'fd00::7',
      DDNN_EDGE_SERVICE_PORT: '1883',
      DDNN_EDGE_SERVICE_PORT_MQTT_TLS: '8883',
      DDNN_EDGE_PORT: 'tcp://[fd00::7]:1883',
      DDNN_EDGE_PORT_1883_TCP: 'tcp://10.0.0.7:1883',
      DDNN_EDGE_PORT_1883_TCP_PROTO: 'tcp',
      DDNN_EDGE_PORT_1883_TCP_PORT: '1883',
      DDNN_EDGE_PORT_53_UDP_ADDR: '10.0.0.7',
      DDNN_UPLINK_PORT: 'tcp://10.0.0.7:1884',
    };
    const schema = Type.Object({ uplink: Type.Object({ port: Type.Integer({ default: 1884 }) }) });
    expect(loadConfig(schema, { env: services })).toEqual({ uplink: { port: 1884 } });
    expect(loadConfig(schema, { env: { DDNN_UPLINK_PORT: '7' } })).toEqual({ uplink: { port: 7 } });
    for (const [name, value] of [
      ['DDNN_EDGE_PORT', '1883'],
      ['DDNN_EDGE_HOST', '10.0.0.7'],
      ['DDNN_EDGE_SERVICE_HOST', 'edge'],
      ['DDNN_EDGE_SERVICE_URL', 'tcp://10.0.0.7:1'],
    ]) {
      expect(() => loadConfig(schema, { env: { [name]: value } })).toThrow(`environment ${name}: there is no such`);
    }
  });

  it('refuses two settings that share a variable', () => {
    const twins = Type.Object({
      aB: Type.Optional(Type.String()),
      a: Type.Object({ b: Type.Optional(Type.String()) }),
    });
    expect(() => loadConfig(twins, { env: {} })).toThrow('share the variable DDNN_A_B');
  });
});

describe('refusals', () => {
  const line = (number: number) => `${path.join(folder, 'edge.yaml')}, line ${number}: `;
  const bad: [what: string, sources: () => ConfigSources, code: string, message: () => string][] = [
    [
      'an unknown key of the file',
      () => ({ file: yaml('site: a\nuplink:\n  urll: x\n') }),
      'UNKNOWN_KEY',
      () => `${line(3)}uplink.urll is unknown; known are url, summaryTimeoutMs, retained`,
    ],
    [
      'an unknown section',
      () => ({ file: yaml('\n\nuplnk:\n  url: x\n') }),
      'UNKNOWN_KEY',
      () => `${line(3)}uplnk is unknown`,
    ],
    [
      'a key that JavaScript objects have',
      () => ({ file: yaml('constructor: x\n') }),
      'UNKNOWN_KEY',
      () => `${line(1)}constructor is unknown`,
    ],
    [
      'the key __proto__',
      () => ({ file: yaml('site: a\n__proto__: { site: b }\n') }),
      'UNKNOWN_KEY',
      () => `${line(2)}__proto__ is unknown`,
    ],
    [
      'an unknown key in a list',
      () => ({ file: yaml('cameras:\n  - name: a\n  - name: b\n    rat: 3\n') }),
      'UNKNOWN_KEY',
      () => `${line(4)}cameras.1.rat is unknown; known are name, rate`,
    ],
    [
      'a key of another kind',
      () => ({ file: yaml('source:\n  kind: street\n  folder: f\n') }),
      'UNKNOWN_KEY',
      () => `${line(3)}source.folder is unknown; known are kind, seed`,
    ],
    [
      'an unknown flag',
      () => ({ flags: { 'uplink.urll': 'x' } }),
      'UNKNOWN_KEY',
      () => 'flag uplink.urll: uplink.urll is unknown',
    ],
    [
      'an unknown variable',
      () => ({ env: { DDNN_UPLINK_URLL: 'x' } }),
      'UNKNOWN_ENV',
      () => 'environment DDNN_UPLINK_URLL: there is no such setting',
    ],
    [
      'a value of the wrong type',
      () => ({ file: yaml('uplink:\n  url: u\n  retained: yes\n') }),
      'VALUE',
      () => `${line(3)}uplink.retained must be boolean, not a string`,
    ],
    [
      'a number below its limit',
      () => ({ file: yaml('uplink: { summaryTimeoutMs: 0 }\n') }),
      'VALUE',
      () => `${line(1)}uplink.summaryTimeoutMs must be >= 1`,
    ],
    [
      'a bad variable, though the file is good',
      () => ({ file: yaml('uplink: { summaryTimeoutMs: 9 }\n'), env: { DDNN_UPLINK_SUMMARY_TIMEOUT_MS: '1.5' } }),
      'VALUE',
      () => 'environment DDNN_UPLINK_SUMMARY_TIMEOUT_MS: uplink.summaryTimeoutMs must be integer, not 1.5',
    ],
    [
      'a variable that is no number',
      () => ({ env: { DDNN_UPLINK_SUMMARY_TIMEOUT_MS: 'soon' } }),
      'VALUE',
      () => 'environment DDNN_UPLINK_SUMMARY_TIMEOUT_MS: uplink.summaryTimeoutMs must be integer, not a string',
    ],
    [
      'a variable that is empty',
      () => ({ env: { DDNN_UPLINK_RETAINED: '' } }),
      'VALUE',
      () => 'uplink.retained must be boolean',
    ],
    [
      'a bad flag',
      () => ({ flags: { uplink: { retained: 3 } } }),
      'VALUE',
      () => 'flag uplink.retained: uplink.retained must be boolean, not 3',
    ],
    [
      'a level that does not exist',
      () => ({ file: yaml('log:\n  level: loud\n') }),
      'VALUE',
      () => `${line(2)}log.level must be "trace" or "debug"`,
    ],
    [
      'an unknown kind',
      () => ({ file: yaml('source:\n  kind: film\n') }),
      'VALUE',
      () => `${line(1)}source must be a mapping with kind: "folder" or a mapping with kind: "street"`,
    ],
    [
      'a section that is no mapping',
      () => ({ file: yaml('uplink: fast\n') }),
      'VALUE',
      () => `${line(1)}uplink must be a mapping of settings, not a string`,
    ],
    [
      'a setting without a value',
      () => ({ file: yaml('site: a\nuplink:\n  url:\n') }),
      'VALUE',
      () => `${line(3)}uplink.url must be string, not empty`,
    ],
    [
      'a bad element of a list',
      () => ({ file: yaml('views:\n  - 1\n  - two\n') }),
      'VALUE',
      () => `${line(3)}views.1 must be integer`,
    ],
    [
      'a missing setting',
      () => ({ file: yaml('tls: { minVersion: 1 }\n') }),
      'REQUIRED',
      () => 'tls.key is required: set it in the configuration file or as DDNN_TLS_KEY',
    ],
    [
      'broken YAML',
      () => ({ file: yaml('site: a\nuplink: {\n  url: "x\n') }),
      'YAML',
      () => `${path.join(folder, 'edge.yaml')}, line `,
    ],
    [
      'a key given twice',
      () => ({ file: yaml('site: a\nsite: b\n') }),
      'YAML',
      () => `${path.join(folder, 'edge.yaml')}, line 2, column 1: `,
    ],
    [
      'a list instead of settings',
      () => ({ file: yaml('- a\n') }),
      'YAML',
      () => 'line 1, column 1: must be a mapping of settings',
    ],
    [
      'a file that is not there',
      () => ({ file: path.join(folder, 'gone.yaml') }),
      'FILE',
      () => `${path.join(folder, 'gone.yaml')}: cannot be read`,
    ],
  ];
  for (const [what, sources, code, message] of bad) {
    it(`refuses ${what}`, () => {
      const given = sources();
      expect(() => load(given)).toThrow(
        expect.objectContaining({
          code: `DDNN_CONFIG_${code}`,
          userFault: true,
          message: expect.stringContaining(message()),
        }),
      );
    });
  }

  it('does not repeat a text that may be a secret', () => {
    const error = (() => {
      try {
        return load({ file: yaml('uplink: { retained: hunter2 }\n') });
      } catch (cause) {
        return cause as Error;
      }
    })() as Error;
    expect(error.message).not.toContain('hunter2');
  });

  it('shows no secret, be it a number or a reference in YAML', () => {
    const secret = Type.Object({ edge: Type.Object({ token: SecretSetting('password') }) });
    const refused = (text: string) => () => loadConfig(secret, { env: {}, file: yaml(text) });
    expect(refused('edge: { token: 4711 }\n')).toThrow(/edge\.token must be string, not a secret$/);
    for (const text of ['edge: { token: *geheim }\n', 'edge:\n  token: |geheim\n']) {
      expect(refused(text)).toThrow(expect.objectContaining({ code: 'DDNN_CONFIG_YAML' }));
      expect(refused(text)).not.toThrow(/geheim/);
    }
  });

  it('counts the other mistakes', () => {
    expect(() => load({ file: yaml('a: 1\nb: 2\nsite: 3\n') })).toThrow(/ \(and 2 more\)$/);
  });
});
