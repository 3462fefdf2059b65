import { OwnMessage, type ValuesArgument } from './message.ts';

/**
 * Every sentence that the portal stores, in English, as the API returns it; database functions write some of them too. The
 * Japanese is in `src/i18n/messages/ja/portal-messages.json`. Each built-in plugin has its own sentences in its folder.
 */
export const portalSentences = {
  run: {
    timedOut: 'The attempt timed out after {seconds} s',
    tooManySnoozes: 'The run was postponed {count} times without making progress',
    tooManyReleases: 'Workers that were stopped returned the run to the queue {count} times',
    noWorker: 'For an hour, no running worker had the plugin {plugin} with this job',
    workerLost: 'The worker stopped responding during every attempt',
    superseded: 'Canceled because the next run of its schedule was due',
    pluginOff: 'The plugin was disabled before the run could start',
    jobOff: 'The job was disabled before the run could start',
    schedulesOff: 'All schedules were stopped before the run could start',
    resultRefused: 'The database refused the result of the run',
    unreadableError: 'An unreadable error was thrown',
    noPlugin: 'This worker has no plugin {plugin}',
    noJob: 'The plugin {plugin} has no job {job}',
    noSigningSecret: 'The plugin {plugin} has no signing secret',
    wrongManifest: 'plugin.json of {plugin}: {field} {problem}',
    wrongPayload: '{problems| }',
    noSecret: 'The job has no secret named {name}',
  },
  payload: {
    not_an_object: '{field} must be an object.',
    unknown_field: '{field} is not a field of this job.',
    required: '{field} is required.',
    not_text: '{field} must be text.',
    not_a_number: '{field} must be a number.',
    not_an_integer: '{field} must be a whole number.',
    not_a_boolean: '{field} must be true or false.',
    not_a_choice: '{field} must be one of the choices.',
    not_a_date: '{field} must be a date, YYYY-MM-DD.',
    too_small: '{field} must be at least {limit}.',
    too_large: '{field} must be at most {limit}.',
    too_short: '{field} must have at least {limit} characters.',
    too_long: '{field} must have at most {limit} characters.',
  },
  remote: {
    answered: 'The plugin returned {status}',
    redirected: 'The plugin returned {status}; redirects are not followed',
    noJson: 'The plugin returned {status} without JSON',
    tooLarge: "The plugin's response is larger than {bytes} bytes",
    noOutcome: "The plugin's response is not a valid outcome: {problem}",
    retryLater: 'The plugin asked to be called again later',
    healthAnswered: 'returned {status}',
    healthUnknown: 'could not be reached',
  },
  outgoing: {
    notUrl: 'The URL is invalid',
    onlyHttp: 'Only http and https URLs can be called',
    credentials: 'The URL must not contain a user name or password: use a header with a secret',
    refused:
      '{host} is a {kind|} address ({address}), which the portal does not call: the operator can allow the host in TC_PORTAL_ALLOWED_HOSTS',
    noAddress: '{host} could not be resolved',
    notLookedUp:
      '{host} could not be resolved, so it is not called through the proxy: the operator can allow the host in TC_PORTAL_ALLOWED_HOSTS{because|}',
    tooManyRedirects: 'The target redirects more than {count} times',
    noAnswer: '{host} did not respond within {seconds} s',
    unreachable: '{host} could not be reached{through|}{because|}',
    through: ' through the proxy {proxy}',
    because: ': {reason}',
  },
  addressKind: {
    public: 'public',
    loopback: 'loopback',
    private: 'private',
    link_local: 'link-local',
    multicast: 'multicast',
    unspecified: 'unspecified',
    reserved: 'reserved',
    not_an_address: 'unreadable',
  },
} as const;

type Sentences = typeof portalSentences;

/** The code of a portal sentence: its group and its name. */
export type PortalCode = {
  [Group in keyof Sentences]: `${Group}.${keyof Sentences[Group] & string}`;
}[keyof Sentences];

type TemplateOf<Code extends PortalCode> = Code extends `${infer Group extends keyof Sentences}.${infer Name}`
  ? Sentences[Group][Name & keyof Sentences[Group]]
  : never;

const templates = new Map(
  Object.entries(portalSentences).flatMap(([group, sentences]) =>
    Object.entries(sentences).map(([name, template]): [string, string] => [`${group}.${name}`, template]),
  ),
);

/** Creates a message of the portal. */
export function say<Code extends PortalCode>(
  code: Code,
  ...[values]: ValuesArgument<TemplateOf<Code>>
): OwnMessage {
  return new OwnMessage(code, templates.get(code) ?? '', values ?? {});
}
