// The WebAssembly JavaScript interface, as far as the host uses it. TypeScript declares it in its DOM library only,
// which would also give every file the browser's globals; Node's types do not declare it.
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag';
  type ExportValue = Function | Global | Memory | Table;
  type Exports = Record<string, ExportValue>;
  type ImportValue = ExportValue | number;
  type ModuleImports = Record<string, ImportValue>;
  type Imports = Record<string, ModuleImports>;

  interface ModuleImportDescriptor { module: string; name: string; kind: ImportExportKind }
  interface ModuleExportDescriptor { name: string; kind: ImportExportKind }
  interface MemoryDescriptor { initial: number; maximum?: number; shared?: boolean }
  interface WebAssemblyInstantiatedSource { instance: Instance; module: Module }

  interface Module {}
  var Module: {
    prototype: Module;
    new (bytes: ArrayBufferView | ArrayBuffer): Module;
    imports(module: Module): ModuleImportDescriptor[];
    exports(module: Module): ModuleExportDescriptor[];
    customSections(module: Module, name: string): ArrayBuffer[];
  };

  interface Instance { readonly exports: Exports }
  var Instance: { prototype: Instance; new (module: Module, imports?: Imports): Instance };

  interface Memory { readonly buffer: ArrayBuffer; grow(pages: number): number }
  var Memory: { prototype: Memory; new (descriptor: MemoryDescriptor): Memory };

  interface Global<T = any> { value: T; valueOf(): T }
  var Global: { prototype: Global; new <T = any>(descriptor: { value: string; mutable?: boolean }, value?: T): Global<T> };

  interface Table { readonly length: number; get(index: number): any }
  var Table: { prototype: Table; new (descriptor: { element: string; initial: number; maximum?: number }): Table };

  interface CompileError extends Error {}
  var CompileError: { prototype: CompileError; new (message?: string): CompileError };
  interface LinkError extends Error {}
  var LinkError: { prototype: LinkError; new (message?: string): LinkError };
  interface RuntimeError extends Error {}
  var RuntimeError: { prototype: RuntimeError; new (message?: string): RuntimeError };

  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean;
  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function instantiate(bytes: ArrayBufferView | ArrayBuffer, imports?: Imports): Promise<WebAssemblyInstantiatedSource>;
}
