// For the unit tests under Node: emcc 3.1.6's glue sees Node's fetch, takes it for a browser's, and cannot load a file with it.
globalThis.fetch = undefined;
