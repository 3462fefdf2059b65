import { createSay, type PluginSentences } from '#plugins/contract.ts';

export const sentences = {
  allWell: { en: 'All checks passed', ja: 'すべて正常です' },
  notWell: { en: '{problems|; }', ja: '{problems|、}' },
  database: { en: 'Database', ja: 'データベース' },
  databaseAnswers: { en: 'Database: response after {ms} ms', ja: 'データベース: 応答に{ms}ミリ秒' },
  queue: { en: 'Queue', ja: 'キュー' },
  queueWaits: {
    en: 'Queue: {count} runs pending, the oldest for {seconds} s',
    ja: 'キュー: {count}件が待機中（最長{seconds}秒）',
  },
  scheduler: { en: 'Scheduler', ja: 'スケジューラー' },
  schedulerNeverTicked: { en: 'Scheduler: has never ticked', ja: 'スケジューラー: まだ一度も動いていません' },
  schedulerTicked: {
    en: 'Scheduler: last ticked {seconds} s ago',
    ja: 'スケジューラー: 最後に動いたのは{seconds}秒前',
  },
  disk: { en: 'Disk', ja: 'ディスク' },
  diskFree: { en: 'Disk: {percent} % free on {host}', ja: 'ディスク: {host} の空き容量は{percent}%' },
} as const satisfies PluginSentences;

export const say = createSay('self-check', sentences);
