import { z } from 'zod';
import { ConfigurationError } from '#domain/errors.ts';
import type { ProxySettings } from '#domain/plugin/proxy-choice.ts';
import { settingOf } from '#domain/setting.ts';

const supabaseSettings = z.object({
  NEXT_PUBLIC_SUPABASE_URL: z.url(),
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
});

const serviceSettings = supabaseSettings.extend({ SUPABASE_SECRET_KEY: z.string().min(1) });

/** Reads by name at run time: Next inlines `process.env.NEXT_PUBLIC_…` during a build, and one build runs many portals. */
const read = (name: string): string | undefined => settingOf(process.env[name]);

function parseSettings<T extends z.ZodObject>(schema: T): z.output<T> {
  const parsed = schema.safeParse(
    Object.fromEntries(Object.keys(schema.shape).map((name) => [name, read(name)])),
  );
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new ConfigurationError(`Missing or invalid settings: ${names}`);
  }
  return parsed.data;
}

/** Returns the URL and publishable key of Supabase, for clients that act as the signed-in user. */
export function readSupabaseSettings(): { url: string; publishableKey: string } {
  const settings = parseSettings(supabaseSettings);
  return {
    url: settings.NEXT_PUBLIC_SUPABASE_URL,
    publishableKey: settings.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
  };
}

/**
 * Returns the URL and publishable key of the Supabase project whose Realtime pages use; if null, pages poll every second
 * instead.
 */
export function readRealtimeSettings(): { url: string; publishableKey: string } | null {
  return read('TC_PORTAL_REALTIME') === '1' ? readSupabaseSettings() : null;
}

/** Returns the URL and secret key of Supabase, only for the service client. */
export function readServiceSettings(): { url: string; secretKey: string } {
  const settings = parseSettings(serviceSettings);
  return { url: settings.NEXT_PUBLIC_SUPABASE_URL, secretKey: settings.SUPABASE_SECRET_KEY };
}

/** Returns the secrets that scripts report with: the current one and, during a rotation, the previous one. */
export function readWebhookSecrets(): string[] {
  const current = read('TC_PORTAL_WEBHOOK_SECRET');
  const previous = read('TC_PORTAL_WEBHOOK_SECRET_PREVIOUS');
  if (current === undefined) return [];
  return previous === undefined ? [current] : [current, previous];
}

/** Returns the bearer token required by the internal routes; undefined if it is not set. */
export function readCronSecret(): string | undefined {
  return read('CRON_SECRET');
}

/** Whether this is a serverless host, which has no worker, so a tick must run what it queued. */
export function isServerless(): boolean {
  return read('VERCEL') !== undefined;
}

/** Returns the hosts (`host` or `host:port`) that the operator lets plugins call even at a private address. */
export function readAllowedHosts(): string[] {
  return (read('TC_PORTAL_ALLOWED_HOSTS') ?? '').split(/[\s,]+/).filter((host) => host !== '');
}

/** A proxy is written as a URL or, as curl allows, without its scheme. */
const proxySetting = z
  .string()
  .transform((text) => (/^https?:\/\//i.test(text) ? text : `http://${text}`))
  .pipe(z.url({ protocol: /^https?$/ }));

/**
 * Returns the HTTP proxies for plugins from HTTP_PROXY, HTTPS_PROXY and NO_PROXY or their lower-case names; null without any.
 * @throws ConfigurationError if one is not a URL
 */
export function readProxySettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProxySettings | null {
  const given = (name: string): string | undefined =>
    settingOf(environment[name.toLowerCase()]) ?? settingOf(environment[name]);
  const proxy = (name: string): string | null => {
    if (given(name) === undefined) return null;
    const parsed = proxySetting.safeParse(given(name));
    // The value is not quoted, because it may contain a password.
    if (!parsed.success) throw new ConfigurationError(`${name} must be the URL of a proxy`);
    return parsed.data;
  };
  const settings = { http: proxy('HTTP_PROXY'), https: proxy('HTTPS_PROXY') };
  if (settings.http === null && settings.https === null) return null;
  const except = (given('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return { ...settings, except };
}

const reportLimit = z.coerce.number().int().positive().catch(60_000);

/** Returns how many reports one key can send per minute before it gets status 429. */
export function readReportLimitPerMinute(): number {
  return reportLimit.parse(read('TC_PORTAL_REPORTS_PER_MINUTE'));
}

/** Returns the portal's public URL (`https://portal.example.com`) if it differs from the URL that requests arrive at. */
export function readPublicUrl(): string | undefined {
  return z.url().optional().catch(undefined).parse(read('TC_PORTAL_PUBLIC_URL'));
}

/** Whether this is `npm run dev`, whose tools need a less strict content security policy. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development';
}
