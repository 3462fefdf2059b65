import type { BuiltInPlugin } from './contract.ts';

/** Every built-in plugin: one line each, by the id that its manifest has too. `npm run plugin:new` adds one. */
export const builtInPlugins: Readonly<Record<string, BuiltInPlugin>> = {
  command: {
    manifest: () => import('./command/plugin.json', { with: { type: 'json' } }),
    load: () => import('./command/handler.ts'),
  },
  'http-request': {
    manifest: () => import('./http-request/plugin.json', { with: { type: 'json' } }),
    load: () => import('./http-request/handler.ts'),
  },
  'self-check': {
    manifest: () => import('./self-check/plugin.json', { with: { type: 'json' } }),
    load: () => import('./self-check/handler.ts'),
  },
};
