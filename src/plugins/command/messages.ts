import { createSay, type PluginSentences } from '#plugins/contract.ts';

export const sentences = {
  exitCode: { en: 'Exit code {code}', ja: '終了コード {code}' },
  unexpectedExitCode: {
    en: 'Exit code {code}, expected {expected}',
    ja: '終了コードが {code} でした（期待する終了コード: {expected}）',
  },
  endedBySignal: {
    en: 'The program was ended by {signal}',
    ja: 'プログラムがシグナル {signal} で終了しました',
  },
  notStarted: {
    en: 'The program could not be started ({reason})',
    ja: 'プログラムを起動できませんでした（{reason}）',
  },
  noCommands: {
    en: 'This worker runs no commands: its operator must allow them in TC_PORTAL_COMMAND_ALLOWLIST',
    ja: 'このワーカーではコマンドの実行が許可されていません。運用者が TC_PORTAL_COMMAND_ALLOWLIST で許可する必要があります',
  },
  programNotAllowed: {
    en: "The program {program} is not in the operator's allowlist",
    ja: 'プログラム {program} は運用者の許可リストにありません',
  },
  argumentNotAllowed: {
    en: "An argument is not in the operator's allowlist for {program}",
    ja: '{program} に指定した引数が運用者の許可リストにありません',
  },
} as const satisfies PluginSentences;

export const say = createSay('command', sentences);
