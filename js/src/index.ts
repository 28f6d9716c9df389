// loopscope: system dynamics models in WebAssembly, and the feedback loops that drive them. The library entry: importing it does
// nothing until something is called, and nothing in it needs Node or a DOM.
export { load, type Converted, type Format, type LoadOptions, type Model, type Project } from './project.js';
export type { Sim } from './sim.js';
export type { Cell, DataFile, DataFiles, DataRequest, Workbook } from './data.js';
export { LoopscopeError, type Diagnostic } from './errors.js';
export { dominance, loopSlots, loopStocks, loopText, type Dominance, type SlotOfLoop } from './loops.js';
export { engineVersion, liveObjects, setEngineSource, type EngineSource } from './engine.js';
export type {
  CompileOptions,
  Dimension,
  DiscoveryOptions,
  EngineKind,
  Layout,
  Link,
  LinkPolarity,
  Loop,
  LoopPolarity,
  LoopSearch,
  LoopSlot,
  LtmMode,
  Method,
  Partition,
  Run,
  SimulateOptions,
  Variable,
} from './types.js';
