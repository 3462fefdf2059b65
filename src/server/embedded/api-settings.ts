/**
 * Settings of the embedded Data API and sign-in. A test compares them with `supabase/config.toml`, which is for hosted
 * projects.
 */
export const apiSettings = {
  schemas: ['public', 'pgmq_public'],
  maxRows: 1000,
  tokenSeconds: 3600,
  minimumPasswordLength: 8,
  /** How long an unused session lasts. */
  inactivityTimeout: '336h',
  connections: 10,
} as const;
