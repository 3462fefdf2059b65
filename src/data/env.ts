import { z } from 'zod';
import { ConfigurationError } from '#domain/errors.ts';
import type { ProxySettings } from '#domain/plugin/proxy-choice.ts';

const supabaseSettings = z.object({
  NEXT_PUBLIC_SUPABASE_URL: z.url(),
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
});

const serviceSettings = supabaseSettings.extend({ SUPABASE_SECRET_KEY: z.string().min(1) });

function parseSettings<T extends z.ZodType>(schema: T): z.output<T> {
  // The whole object is read at run time: Next bakes `process.env.NEXT_PUBLIC_…` into a build, and one build
  // serves any number of portals.
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new ConfigurationError(`Missing or wrong settings: ${names}`);
  }
  return parsed.data;
}

/** Address and publishable key of Supabase, for clients that act as the signed-in person. */
export function readSupabaseSettings(): { url: string; publishableKey: string } {
  const settings = parseSettings(supabaseSettings);
  return {
    url: settings.NEXT_PUBLIC_SUPABASE_URL,
    publishableKey: settings.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
  };
}

/** Address and publishable key of a project whose Supabase Realtime pages listen to, or null: then they ask each second. */
export function readRealtimeSettings(): { url: string; publishableKey: string } | null {
  return process.env.TC_PORTAL_REALTIME === '1' ? readSupabaseSettings() : null;
}

/** Address and secret key of Supabase, for the service client only. */
export function readServiceSettings(): { url: string; secretKey: string } {
  const settings = parseSettings(serviceSettings);
  return { url: settings.NEXT_PUBLIC_SUPABASE_URL, secretKey: settings.SUPABASE_SECRET_KEY };
}

/** Secrets that scripts report with: the current one and, while it is being rotated, the previous one. */
export function readWebhookSecrets(): string[] {
  const { TC_PORTAL_WEBHOOK_SECRET: current, TC_PORTAL_WEBHOOK_SECRET_PREVIOUS: previous } = process.env;
  if (!current) return [];
  return previous ? [current, previous] : [current];
}

/** What callers of the internal routes must send as a bearer token; undefined when nobody has set it. */
export function readCronSecret(): string | undefined {
  return process.env.CRON_SECRET || undefined;
}

/** Whether this runs on a serverless host, where no worker lives and a tick has to run what it has queued. */
export function isServerless(): boolean {
  return Boolean(process.env.VERCEL);
}

/** Hosts (`host` or `host:port`) that plugins may call although their address is private; the operator's decision. */
export function readAllowedHosts(): string[] {
  return (process.env.TC_PORTAL_ALLOWED_HOSTS ?? '').split(/[\s,]+/).filter((host) => host !== '');
}

/** A proxy is written as a URL, or without its scheme as curl takes it. */
const proxySetting = z
  .string()
  .transform((text) => (/^https?:\/\//i.test(text) ? text : `http://${text}`))
  .pipe(z.url({ protocol: /^https?$/ }));

/**
 * HTTP proxies through which plugins call the outside, from HTTP_PROXY, HTTPS_PROXY and NO_PROXY or their lower-case names; null
 * without any.
 * @throws ConfigurationError when one is not an address
 */
export function readProxySettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProxySettings | null {
  const read = (name: string): string => (environment[name.toLowerCase()] || environment[name] || '').trim();
  const proxy = (name: string): string | null => {
    if (read(name) === '') return null;
    const parsed = proxySetting.safeParse(read(name));
    // Not quoted, because it may hold a password.
    if (!parsed.success) throw new ConfigurationError(`${name} is not the address of a proxy`);
    return parsed.data;
  };
  const settings = { http: proxy('HTTP_PROXY'), https: proxy('HTTPS_PROXY') };
  if (settings.http === null && settings.https === null) return null;
  const except = read('NO_PROXY')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return { ...settings, except };
}

const reportLimit = z.coerce.number().int().positive().catch(60_000);

/** Reports per minute that one key may send before it is answered 429. */
export function readReportLimitPerMinute(): number {
  return reportLimit.parse(process.env.TC_PORTAL_REPORTS_PER_MINUTE);
}

/** Public address of the portal (`https://portal.example.com`) when it is not the one requests arrive at. */
export function readPublicUrl(): string | undefined {
  return z
    .url()
    .optional()
    .catch(undefined)
    .parse(process.env.TC_PORTAL_PUBLIC_URL || undefined);
}

/** Whether this is `npm run dev`, whose tools need a looser content security policy. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development';
}
