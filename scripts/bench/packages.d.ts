// Types for a clone without these packages, which are installed when a benchmark first runs.
declare module 'autocannon';
declare module 'graphile-worker';
declare module 'pg-boss';
