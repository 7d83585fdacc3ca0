import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, it } from 'vitest';
import { redact } from './logger.js';

it('writes no token and no password, though somebody logs the settings that hold them', () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  const settings = {
    edge: { url: 'mqtt://edge', token: 'geheim' },
    password: 'geheim',
    devices: [{ token: 'geheim' }],
  };
  pino({ redact }, stream).info({ ...settings, settings: { edge: settings.edge } }, 'hello');
  expect(JSON.parse(written)).toMatchObject({ msg: 'hello', edge: { url: 'mqtt://edge', token: '(secret)' } });
  expect(written).not.toContain('geheim');
});
