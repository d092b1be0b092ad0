// What the parts that are loaded later have in common with the SDK. They import it from here alone: a bundle
// then has one chunk of it instead of one for each pair of parts.

export { ChartcastError } from './error.js';
export { guarded } from './events.js';
export { offFrame, onFrame } from './frame.js';
export { datasetOption, materialise, titleOf } from './materialise.js';
export { isCount, isObject, textOf } from './protocol.js';
export { objectsOf } from './table.js';
export { onPageHidden, pageHidden } from './visibility.js';
