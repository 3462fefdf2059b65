// @ts-check
import nextCoreWebVitals from 'eslint-config-next/core-web-vitals';
import nextTypescript from 'eslint-config-next/typescript';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** @param {string} type @param {Record<string, string>} [captured] */
const to = (type, captured) => ({ to: { element: captured ? { type, captured } : { type } } });

/** @param {string} from @param {ReturnType<typeof to>[]} allow */
const policy = (from, allow) => ({ from: { element: { type: from } }, allow });

// Between features and data: code that several features or entry points need and that belongs to no product word.
const rooms = ['http', 'auth', 'forms', 'screens'];

const notInPages = ['src/**/*.test.ts', 'src/server/**', 'src/worker/**', 'src/testing/**'];

const castRoute = {
  selector: 'TSAsExpression[typeAnnotation.typeName.name="Route"]',
  message: 'Build the path in #http/paths.ts, where the compiler checks that its page exists.',
};

const config = [
  {
    ignores: [
      '.next/**',
      '.portal/**',
      'node_modules/**',
      'next-env.d.ts',
      'src/data/database.types.ts',
      'playwright-report/**',
      'test-results/**',
    ],
  },
  ...nextCoreWebVitals.flatMap(({ rules, ...part }) => [
    part,
    ...(rules ? [{ files: ['src/**/*.{ts,tsx}'], ignores: notInPages, rules }] : []),
  ]),
  ...nextTypescript,
  {
    // What only the compiler's types can tell.
    files: ['**/*.{ts,tsx,mjs}'],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-array-delete': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.ts', 'src/testing/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { boundaries },
    settings: {
      'boundaries/include': ['src/**/*'],
      'boundaries/elements': [
        { type: 'app', pattern: 'src/app' },
        // Repeated tasks of the worker and the scheduler route, from several features.
        { type: 'chores', pattern: 'src/chores' },
        // Code that the server and worker processes share: obeying the process that started them, and the portal's address.
        { type: 'process', pattern: 'src/process' },
        { type: 'server', pattern: 'src/server' },
        { type: 'worker', pattern: 'src/worker' },
        { type: 'features', pattern: 'src/features/*', capture: ['feature'] },
        { type: 'screens', pattern: 'src/screens' },
        { type: 'forms', pattern: 'src/forms' },
        { type: 'auth', pattern: 'src/auth' },
        { type: 'http', pattern: 'src/http' },
        { type: 'plugins', pattern: 'src/plugins' },
        { type: 'components', pattern: 'src/components' },
        { type: 'data', pattern: 'src/data' },
        { type: 'domain', pattern: 'src/domain' },
        { type: 'i18n', pattern: 'src/i18n' },
        { type: 'testing', pattern: 'src/testing' },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            policy(
              'app',
              ['app', 'chores', 'features', ...rooms, 'components', 'domain', 'i18n'].map((type) => to(type)),
            ),
            policy(
              'server',
              ['server', 'process', 'features', ...rooms, 'domain'].map((type) => to(type)),
            ),
            policy(
              'worker',
              ['worker', 'chores', 'process', 'features', ...rooms, 'domain'].map((type) => to(type)),
            ),
            policy('chores', [to('features'), to('http')]),
            policy('features', [
              to('features', { feature: '{{ from.element.captured.feature }}' }),
              ...[...rooms, 'data', 'domain', 'plugins', 'components', 'i18n', 'process'].map((type) =>
                to(type),
              ),
            ]),
            policy(
              'screens',
              ['screens', 'auth', 'http', 'components', 'data', 'domain', 'i18n', 'plugins'].map((type) =>
                to(type),
              ),
            ),
            policy(
              'forms',
              ['forms', 'auth', 'http', 'components', 'domain', 'i18n'].map((type) => to(type)),
            ),
            policy(
              'auth',
              ['auth', 'http', 'data', 'domain'].map((type) => to(type)),
            ),
            policy(
              'http',
              ['http', 'data', 'domain'].map((type) => to(type)),
            ),
            policy('plugins', [to('plugins'), to('domain')]),
            policy('components', [to('components'), to('i18n')]),
            policy('data', [to('data'), to('domain')]),
            policy('domain', [to('domain')]),
            policy('i18n', [to('i18n'), to('domain')]),
            policy(
              'testing',
              [
                'app',
                'server',
                'worker',
                'process',
                'features',
                'plugins',
                ...rooms,
                'components',
                'data',
                'domain',
                'i18n',
                'testing',
              ].map((type) => to(type)),
            ),
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['../*'], message: 'Import through #folder/… instead of climbing up.' }] },
      ],
      'no-restricted-syntax': ['error', castRoute],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
    },
  },
  {
    // A test may import src/testing and everything it needs to set up its case.
    files: ['src/**/*.test.{ts,tsx}'],
    rules: { 'boundaries/dependencies': 'off' },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['next', 'next/*', 'react', 'react-dom', '@supabase/*', 'node:*', 'postgres'],
              message: 'domain is pure: no framework, database, network or clock.',
            },
            { group: ['../*'], message: 'Import through #folder/… instead of climbing up.' },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'domain must not read the environment.' },
        { name: 'fetch', message: 'domain must not use the network.' },
      ],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Pass now in.' }],
    },
  },
  {
    // Outgoing calls and settings go through the context, which guards them and can be replaced in a test.
    files: ['src/plugins/*/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'undici'],
              message: 'A plugin must use the fetch of its context.',
            },
            { group: ['../*'], message: 'Import through #folder/… instead of climbing up.' },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'A plugin must use the fetch of its context.' },
        { name: 'globalThis', message: 'A plugin must use the fetch of its context.' },
      ],
    },
  },
  {
    files: ['src/**/*.tsx'],
    ignores: ['src/**/*.test.tsx', 'src/app/global-error.tsx'],
    rules: {
      'react/jsx-no-literals': [
        'error',
        {
          noStrings: true,
          ignoreProps: true,
          allowedStrings: ['·', '—', '/', ':', '…', '(', ')', '%', '+', '–', ' '],
        },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/server/**', 'src/worker/**', 'src/testing/**', 'src/**/*.test.ts', 'src/data/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read settings through #data/env.ts, which parses them.',
        },
      ],
    },
  },
  {
    // The boundaries plugin classifies folders, but Next needs this file next to app.
    files: ['src/proxy.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(#(?!http/|data/)|\\.)', message: 'The proxy may import #http and #data only.' },
          ],
        },
      ],
    },
  },
  {
    // Verbs and queries read and write; entry points call them. Every actor has a client, so import rules alone do not
    // enforce this.
    files: ['src/{app,chores,server,worker,components}/**/*.{ts,tsx}', 'src/proxy.ts'],
    ignores: ['src/**/*.test.ts', 'src/server/embedded/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        castRoute,
        {
          selector:
            "CallExpression[callee.property.name=/^(from|rpc|schema)$/][callee.object.name=/[cC]lient$/], CallExpression[callee.property.name=/^(from|rpc|schema)$/][callee.object.property.name='client']",
          message: 'Only features, auth and data call Supabase: use a verb or a query.',
        },
      ],
    },
  },
  {
    files: ['src/http/paths.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/server/**', 'src/process/**', 'src/worker/**', 'src/testing/**'],
    rules: { 'no-console': 'off' },
  },
];

export default config;
