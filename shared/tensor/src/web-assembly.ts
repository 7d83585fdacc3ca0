/** What is used here of WebAssembly: the types of Node 20 lack it. */
declare global {
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Memory {
      constructor(limits: { initial: number; maximum: number; shared: true });
      readonly buffer: SharedArrayBuffer;
      grow(pages: number): number;
    }
    class Instance {
      constructor(module: Module, imports: object);
      readonly exports: object;
    }
  }
}

export {};
