// Installed when a benchmark first runs, so the types of a clone without them are these.
declare module 'autocannon';
declare module 'graphile-worker';
declare module 'pg-boss';
