export * from './convp';
export * from './fc';
export * from './float';
export * from './join';
export * from './pack';
export * from './planes';
export * from './rates';
