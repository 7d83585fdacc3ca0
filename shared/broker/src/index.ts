export { type Access, type Message, MqttListener, type MqttListenerOptions } from './mqtt-listener.js';
export { capPackets, PacketCap } from './packet-cap.js';
