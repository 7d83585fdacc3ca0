import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Type } from 'typebox';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';
import { exposedSecret } from './config-secrets.js';
import { SecretSetting } from './settings.js';

const schema = Type.Object({
  site: Type.String({ default: 'site' }),
  edge: Type.Object({ token: Type.Optional(SecretSetting('its password')) }),
  devices: Type.Optional(
    Type.Array(Type.Object({ device: Type.String(), token: Type.Optional(SecretSetting('its password')) })),
  ),
});

const folder = mkdtempSync(path.join(tmpdir(), 'ddnn-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('A secret on the command line', () => {
  it.each([
    ['edge.token', 'geheim', 'edge.token', 'DDNN_EDGE_TOKEN'],
    ['edge.token', '', 'edge.token', 'DDNN_EDGE_TOKEN'],
    ['edge', '{"token":"geheim"}', 'edge.token', 'DDNN_EDGE'],
    ['devices', '[{"device":"0"},{"device":"1","token":"geheim"}]', 'devices.1.token', 'DDNN_DEVICES'],
  ])('is refused: %s=%s', (key, value, secret, variable) => {
    const load = () => loadConfig(schema, { env: {}, commandLine: { [key]: value } });
    expect(load).toThrow(
      expect.objectContaining({
        code: 'DDNN_CONFIG_SECRET',
        userFault: true,
        message: expect.stringMatching(`^flag ${key}: ${secret}: .* or as ${variable}$`),
      }),
    );
    expect(load).not.toThrow('geheim');
  });

  it('is no secret where it is something else, and stands above the environment', () => {
    const env = { DDNN_SITE: 'b', DDNN_EDGE_TOKEN: 'geheim' };
    const commandLine = { site: 'c', devices: '[{"device":"0"}]' };
    expect(loadConfig(schema, { env, flags: { site: 'a' }, commandLine })).toEqual({
      site: 'c',
      edge: { token: 'geheim' },
      devices: [{ device: '0' }],
    });
  });
});

describe('A configuration file', () => {
  const write = (text: string, mode: number) => {
    const file = path.join(folder, 'edge.yaml');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  it('that holds a secret and that everybody can read is told of, with the command that mends it', () => {
    const file = write('devices:\n  - { device: a, token: geheim }\n', 0o644);
    const warning = exposedSecret(schema, file);
    expect(warning).toContain(`chmod o= ${file}`);
    expect(warning).toContain('devices.0.token');
    expect(warning).not.toContain('geheim');
  });

  it('that is for the owner and a group, or holds no secret, is not told of', () => {
    expect(exposedSecret(schema, write('edge: { token: geheim }\n', 0o640))).toBeUndefined();
    expect(exposedSecret(schema, write('edge: {}\ndevices: [{ device: a }]\n', 0o644))).toBeUndefined();
  });
});
