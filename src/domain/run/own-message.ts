/** A sentence that the portal itself wrote, with what it says in it. */
export interface OwnMessage {
  key: OwnMessageKey;
  values: Record<string, string>;
}

// What the built-in plugins and the worker write is stored in English, as the API answers it; screens say it in the
// reader's language. A sentence that is not here is shown as it is.
const sentences = {
  allWell: /^Everything is well$/,
  answered: /^(?<method>[A-Z]+) answered (?<status>\d{3}) after (?<ms>\d+) ms$/,
  unexpectedStatus: /^The answer's status is (?<status>\d{3}), expected (?<expected>[\d, -]+)$/,
  wrongHeaderLine: /^A line of the headers is not of the form Name: value$/,
  headerNeedsSecret: /^The header (?<name>[^ ]+) must take its value from a secret of the job, as in .+$/,
  wrongExpectedStatus: /^The expected status must be a list such as 200-299, 404$/,
  noSecret: /^The job has no secret named (?<name>[^ ]+)$/,
  notUrl: /^The address is not a URL$/,
  onlyHttp: /^Only http and https addresses are called$/,
  refusedAddress:
    /^(?<host>[^ ]+) is a (?:[a-z-]+) address \((?<address>[^ )]+)\), which the portal does not call: the operator can allow the host in TC_PORTAL_ALLOWED_HOSTS$/,
  noAddress: /^(?<host>[^ ]+) has no address$/,
  tooManyRedirects: /^The target redirects more than (?<count>\d+) times$/,
  noAnswer: /^(?<host>[^ ]+) did not answer within (?<seconds>[\d.]+) s(?:: .+)?$/,
  unreachable: /^(?<host>[^ ]+) could not be reached(?:: (?<reason>.+))?$/,
  exitCode: /^Exit code (?<code>-?\d+)$/,
  unexpectedExitCode: /^Exit code (?<code>-?\d+), expected (?<expected>-?\d+)$/,
  endedBySignal: /^The program was ended by (?<signal>[A-Z0-9]+)$/,
  notStarted: /^The program could not be started \((?<reason>[A-Z]+)\)$/,
  noCommands: /^This worker runs no commands: its operator has to name them in TC_PORTAL_COMMAND_ALLOWLIST$/,
  programNotAllowed: /^The program (?<program>.+) is not in the operator's allow-list$/,
  argumentNotAllowed: /^An argument is not in the operator's allow-list for (?<program>.+)$/,
  timedOut: /^The attempt took longer than (?<seconds>[\d.]+) s and was cut$/,
  pluginOff: /^The plugin was switched off before the run could begin$/,
  jobOff: /^The job was switched off before the run could begin$/,
  schedulesOff: /^All schedules were stopped before the run could begin$/,
  superseded: /^Canceled, because the next time of its schedule had come$/,
  tooManySnoozes: /^The run has snoozed (?<count>\d+) times without getting anything done\.$/,
  resultRefused: /^The database refused what the run answered$/,
  noPlugin: /^This worker has no plugin (?<plugin>[^ ]+)$/,
  noJob: /^The plugin (?<plugin>[^ ]+) has no job (?<job>[^ ]+)$/,
  remoteAnswered: /^The plugin answered (?<status>\d{3})$/,
  remoteRedirected: /^The plugin answered (?<status>\d{3}); redirects are not followed$/,
  remoteNoJson: /^The plugin answered (?<status>\d{3}) without JSON$/,
  remoteTooLarge: /^The plugin's answer is larger than (?<bytes>\d+) bytes$/,
  remoteNoOutcome: /^The plugin's answer is not an outcome: (?<problem>.+)$/,
  workerLost: /^The worker stopped without a word during every attempt$/,
} as const;

// A self-check that fails lists what is not well, and its progress names what it looks at.
const checks = {
  databaseSlow: /^Database: answers after (?<ms>\d+) ms$/,
  queueWaits: /^Queue: (?<count>\d+) runs wait, the oldest for (?<seconds>\d+) s$/,
  schedulerSilent: /^Scheduler: has never ticked$/,
  schedulerLate: /^Scheduler: last ticked (?<seconds>\d+) s ago$/,
  diskFull: /^Disk: (?<percent>\d+) % free on (?<host>.+)$/,
  database: /^Database$/,
  queue: /^Queue$/,
  scheduler: /^Scheduler$/,
  disk: /^Disk$/,
} as const;

export type OwnMessageKey = keyof typeof sentences | keyof typeof checks;

function find(text: string, patterns: Partial<Record<OwnMessageKey, RegExp>>): OwnMessage | null {
  for (const [key, pattern] of Object.entries(patterns)) {
    const found = pattern.exec(text);
    if (found) return { key: key as OwnMessageKey, values: { ...found.groups } };
  }
  return null;
}

/** The portal's own sentences that a message of one of its runs consists of; null when it holds anything else. */
export function recogniseOwnMessage(text: string): OwnMessage[] | null {
  const sentence = find(text, sentences);
  if (sentence) return [sentence];
  const found = text.split('; ').map((part) => find(part, checks));
  return found.every((part) => part !== null) ? found : null;
}
