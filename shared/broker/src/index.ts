export type { Access, Message, PublishRight } from './access.js';
export type { DirectTopic } from './direct-topic.js';
export { createListenerMetrics, ListenerCounts } from './listener-counts.js';
export { listenerSettings, type MqttListenerOptions } from './listener-settings.js';
export { MqttListener } from './mqtt-listener.js';
