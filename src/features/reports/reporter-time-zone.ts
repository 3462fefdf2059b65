import { createServiceClient } from '#data/clients/service.ts';
import { findReporterZone, type Reporter } from '#data/reports.ts';
import { ConfigurationError, UnavailableError } from '#domain/errors.ts';

const knownForMs = 60_000;
const lookupMsMax = 5_000;
const rememberedMax = 10_000;

interface Remembered {
  zone: Promise<string | null>;
  untilMs: number;
}

const remembered = new Map<string, Remembered>();

async function lookUp(reporter: Reporter): Promise<string | null> {
  try {
    return await findReporterZone(createServiceClient(), reporter, AbortSignal.timeout(lookupMsMax));
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    throw new UnavailableError('The database is unavailable: nothing was recorded, try again');
  }
}

/**
 * Returns the time zone of the company that a report is for, at most a minute old. Reports that arrive together share one
 * query.
 * @throws UnavailableError, ConfigurationError if there is no tenant yet
 */
export async function findReporterTimeZone(reporter: Reporter): Promise<string> {
  const name = reporter.tenantId ?? 'first';
  let known = remembered.get(name);
  if (!known || known.untilMs <= performance.now()) {
    if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value!);
    known = { zone: lookUp(reporter), untilMs: performance.now() + knownForMs };
    remembered.set(name, known);
  }
  try {
    const zone = await known.zone;
    if (zone !== null) return zone;
  } catch (error) {
    remembered.delete(name);
    throw error;
  }
  remembered.delete(name);
  throw new ConfigurationError('There is no tenant yet');
}
