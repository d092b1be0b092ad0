// The web components' entry: web/elements/index.ts in the server's bundle, a module of its own in the npm package.
declare module 'chartcast/elements' {}
