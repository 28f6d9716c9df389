// Emscripten's glue (build/emscripten/loopscope.mjs) comes without types.
declare module '*/loopscope.mjs' {
  const factory: import('./engine-types.js').EngineFactory;
  export default factory;
}
