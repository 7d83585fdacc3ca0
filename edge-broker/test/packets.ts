/** Writes packets that the meter is held against. */
export { default as mqttPacket } from 'mqtt-packet';
