export * from './convp';
export * from './fc';
export * from './feature-code';
export * from './float';
export * from './join';
export * from './pack';
export * from './planes';
