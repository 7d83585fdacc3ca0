/** The clients that the tests of the listener use. */
export { default as mqtt, type IClientOptions } from 'mqtt';
export { default as mqttPacket } from 'mqtt-packet';
