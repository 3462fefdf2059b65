// @ts-check
import createNextIntlPlugin from 'next-intl/plugin';

const withNextIntl = createNextIntlPlugin('./src/i18n/request.ts');

// The same for every response. The content security policy differs per request (src/proxy.ts).
const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  {
    key: 'Permissions-Policy',
    value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()',
  },
];

/** @type {import('next').NextConfig} */
const nextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // Read at run time, so the build must be told to include it.
  outputFileTracingIncludes: { '/settings/how-to-report/tc_portal.py': ['./clients/python/tc_portal.py'] },
  // npm start waits for the build; npm run verify checks the types.
  typescript: { ignoreBuildErrors: process.env.PORTAL_SKIP_TYPES === '1' },
  experimental: {
    // forbidden() responds 403 with src/app/(portal)/forbidden.tsx.
    authInterrupts: true,
  },
  // Next's own redirect would answer machine routes too, and a script that is redirected has reported nothing. Pages keep it.
  skipTrailingSlashRedirect: true,
  redirects: async () => [{ source: '/:path((?!api/).+)/', destination: '/:path', permanent: true }],
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    {
      // Browsers ignore this header over http. Behind a proxy that terminates TLS, the forwarded protocol shows https.
      source: '/:path*',
      has: [{ type: 'header', key: 'x-forwarded-proto', value: 'https' }],
      headers: [{ key: 'Strict-Transport-Security', value: 'max-age=31536000' }],
    },
  ],
};

export default withNextIntl(nextConfig);
