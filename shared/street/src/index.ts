export { type StreetClass, streetClasses } from './scene.js';
export { Street, type StreetOptions, type StreetSample } from './street.js';
export { StreetError } from './street-error.js';
