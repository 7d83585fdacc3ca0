export type { DirectTopic } from './direct-topic.js';
export { type Access, type Message, MqttListener, type MqttListenerOptions } from './mqtt-listener.js';
