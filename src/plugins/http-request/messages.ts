import { createSay, type PluginSentences } from '#plugins/contract.ts';

export const sentences = {
  answered: {
    en: '{method} returned {status} after {ms} ms',
    ja: '{method} の応答は {status}（{ms}ミリ秒）',
  },
  unexpectedStatus: {
    en: 'The response status is {status}, expected {expected}',
    ja: '応答のステータスが {status} でした（期待するステータス: {expected}）',
  },
  wrongHeaderLine: {
    en: 'A header line is not in the form Name: value',
    ja: '「名前: 値」の形式になっていないヘッダーがあります',
  },
  headerNeedsSecret: {
    en: 'The value of the header {name} must come from a secret of the job, for example {example}',
    ja: 'ヘッダー {name} の値には、ジョブのシークレットを使ってください（例: {example}）',
  },
  wrongExpectedStatus: {
    en: 'The expected status must be a list such as 200-299, 404',
    ja: '「期待するステータス」は「200-299, 404」の形式で指定してください',
  },
} as const satisfies PluginSentences;

export const say = createSay('http-request', sentences);
