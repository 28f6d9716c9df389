// The server puts uPlot's ES module beside page.js under this name: a page has no node_modules to look in.
export { default } from 'uplot';
