import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { BrokerUrlSetting, brokerUrlProblem, checkBrokerUrl } from './broker-url.js';
import { loadConfig } from './config.js';

const good = [
  'mqtt://localhost',
  'mqtt://127.0.0.1:1883',
  'mqtt://edge-1.example.org:65535/',
  'mqtt://gate_way',
  'mqtt://[::1]:1883',
];
const bad = [
  '',
  'localhost',
  '127.0.0.1:1883',
  'localhost:1883',
  'mqtt:/127.0.0.1:1883',
  'mqtt:127.0.0.1',
  'mqtt://',
  'mqtt://:1883',
  'mqtt:///',
  'mqtt://127.0.0.1:',
  'mqtt://127.0.0.1:0',
  'mqtt://127.0.0.1:99999',
  'mqtt://127.0.0.1:18x3',
  'mqtt://127.0.0.1:-1',
  'mqtt://127.0.0.1/path',
  'mqtt://127.0.0.1?clientId=0',
  'mqtt://127.0.0.1#x',
  'mqtt://127.0.0',
  'mqtt://127.0.0.256',
  'mqtt://1883',
  'mqtt://a b',
  ' mqtt://localhost',
  'mqtt://localhost\n',
  'mqtt://a..b',
  'mqtt://-a',
  'mqtt://[::1',
  'mqtt://::1',
  'mqtt://[127.0.0.1]',
  'mqtts://localhost',
  'tcp://localhost',
  'ws://localhost',
  'http://localhost',
  'MQTT//localhost',
];

describe('the URL of a broker', () => {
  it.each(good)('may be %s', (url) => expect(brokerUrlProblem(url)).toBeUndefined());

  it.each(bad)('may not be %j', (url) => expect(brokerUrlProblem(url)).toMatch(/^must /));

  it.each(['mqtt://user:geheim@127.0.0.1', 'mqtt:/user:geheim@h', 'geheim@h'])(
    'may not hold a password as %s does, and no message shows it',
    (url) => {
      const schema = Type.Object({ uplink: Type.Object({ url: BrokerUrlSetting('where') }) });
      const load = () => loadConfig(schema, { env: {}, flags: { 'uplink.url': url } });
      expect(load).toThrow(/^flag uplink.url: uplink.url must not hold a user name or password: .*edge\.token$/);
      expect(load).not.toThrow(/geheim/);
      expect(() => checkBrokerUrl(url, '--url')).toThrow(
        expect.objectContaining({ code: 'DDNN_CONFIG_VALUE', userFault: true }),
      );
    },
  );
});
