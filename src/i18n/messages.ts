import { portalSentences } from '#domain/portal-messages.ts';
import enAuth from './messages/en/auth.json';
import enIncidents from './messages/en/incidents.json';
import enJobs from './messages/en/jobs.json';
import enLists from './messages/en/lists.json';
import enPlugins from './messages/en/plugins.json';
import enProblems from './messages/en/problems.json';
import enRuns from './messages/en/runs.json';
import enSchedules from './messages/en/schedules.json';
import enSettings from './messages/en/settings.json';
import enShell from './messages/en/shell.json';
import enStates from './messages/en/states.json';
import jaAuth from './messages/ja/auth.json';
import jaIncidents from './messages/ja/incidents.json';
import jaJobs from './messages/ja/jobs.json';
import jaLists from './messages/ja/lists.json';
import jaPlugins from './messages/ja/plugins.json';
import jaProblems from './messages/ja/problems.json';
import jaRuns from './messages/ja/runs.json';
import jaSchedules from './messages/ja/schedules.json';
import jaSentences from './messages/ja/portal-messages.json';
import jaSettings from './messages/ja/settings.json';
import jaShell from './messages/ja/shell.json';
import jaStates from './messages/ja/states.json';
import type { Locale } from './locales.ts';

const ja = {
  auth: jaAuth,
  incidents: jaIncidents,
  jobs: jaJobs,
  lists: jaLists,
  plugins: jaPlugins,
  problems: jaProblems,
  runs: jaRuns,
  schedules: jaSchedules,
  sentences: jaSentences,
  settings: jaSettings,
  shell: jaShell,
  states: jaStates,
};

/** Every text of the interface. Japanese is the original; a test checks that English has the same keys. */
export type Messages = typeof ja;

export const messagesByLocale: Record<Locale, Messages> = {
  ja,
  en: {
    auth: enAuth,
    incidents: enIncidents,
    jobs: enJobs,
    lists: enLists,
    plugins: enPlugins,
    problems: enProblems,
    runs: enRuns,
    schedules: enSchedules,
    // Their English is stored, so it is defined next to the code that stores it.
    sentences: portalSentences,
    settings: enSettings,
    shell: enShell,
    states: enStates,
  },
};
