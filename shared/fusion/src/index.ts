export * from './deadline-queue.js';
export * from './feature-collector.js';
export * from './sample-window.js';
