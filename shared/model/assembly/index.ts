export * from './convp';
export * from './fc';
export * from './pack';
export * from './planes';
