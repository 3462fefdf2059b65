/** How the embedded Data API and sign-in behave. `supabase/config.toml` says the same for hosted projects; a test compares. */
export const apiSettings = {
  schemas: ['public', 'pgmq_public'],
  maxRows: 1000,
  tokenSeconds: 3600,
  minimumPasswordLength: 8,
  /** A session that nobody uses for this long ends. */
  inactivityTimeout: '336h',
  connections: 10,
} as const;
