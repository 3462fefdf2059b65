import { sentences as commandSentences } from '#plugins/command/messages.ts';
import type { BuiltInPlugin } from './contract.ts';
import { sentences as httpRequestSentences } from '#plugins/http-request/messages.ts';
import { sentences as selfCheckSentences } from '#plugins/self-check/messages.ts';

/** Every built-in plugin, one per line, by the id in its manifest. `npm run plugin:new` adds one. */
export const builtInPlugins: Readonly<Record<string, BuiltInPlugin>> = {
  command: {
    manifest: () => import('./command/plugin.json', { with: { type: 'json' } }),
    load: () => import('./command/handler.ts'),
    sentences: commandSentences,
  },
  'http-request': {
    manifest: () => import('./http-request/plugin.json', { with: { type: 'json' } }),
    load: () => import('./http-request/handler.ts'),
    sentences: httpRequestSentences,
  },
  'self-check': {
    manifest: () => import('./self-check/plugin.json', { with: { type: 'json' } }),
    load: () => import('./self-check/handler.ts'),
    sentences: selfCheckSentences,
  },
};
