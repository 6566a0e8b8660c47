/// <reference types="vite/client" />
// Only the page asks for them: a program that never shows it need not load a megabyte.
export { default as style } from 'swagger-ui-dist/swagger-ui.css?raw';
export { default as script } from 'swagger-ui-dist/swagger-ui-bundle.js?raw';
