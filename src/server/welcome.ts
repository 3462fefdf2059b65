import {
  curlPatience,
  curlThatFails,
  onlyRecorded,
  powershellThatFails,
} from '#features/reports/report-samples.ts';

/** The values that the screen shows when the portal is ready. */
export interface Welcome {
  readonly address: string;
  readonly email: string;
  /** Null if the first password was changed. */
  readonly password: string | null;
  readonly webhookSecret: string;
  readonly secretsFile: string;
  /** The names of the secrets that come from the environment instead of the file. */
  readonly replaced: readonly string[];
}

// Windows' cmd supports only double quotes and sends Japanese text in its own code page: JSON escapes are the same everywhere.
const ascii = (text: string): string =>
  text.replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

// The command reads the time when it is pasted: with a fixed time, the third paste would be a repeat of the first.
const timeMark = 'TIME';

function reportCommand(welcome: Welcome, body: Record<string, string>): string {
  const json = ascii(JSON.stringify(body)).replaceAll("'", `'\\''`);
  return `${curl('curl -sS', welcome, `'${json.replace(timeMark, `'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'`)}'`)} | ${onlyRecorded}`;
}

// cmd cannot print the time in UTC, so the command contains the time of the start.
function commandPromptCommand(welcome: Welcome, body: Record<string, string>, now: Date): string {
  const json = ascii(JSON.stringify(body)).replace(timeMark, now.toISOString());
  return curl(curlThatFails, welcome, `"${json.replaceAll('"', '\\"')}"`);
}

function curl(program: string, welcome: Welcome, data: string): string {
  const header = (text: string): string => `-H "${text}"`;
  return [
    program,
    curlPatience,
    '-X POST',
    `${welcome.address}/api/monitor/job-report`,
    header('Content-Type: application/json'),
    header(`X-TC-Portal-Webhook-Secret: ${welcome.webhookSecret}`),
    '-d',
    data,
  ].join(' ');
}

// PowerShell 5 drops double quotes in arguments of programs, so its users get a separate command.
function powershellCommand(welcome: Welcome, body: Record<string, string>): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return [
    '$answer = Invoke-RestMethod -Method Post',
    `-Uri ${welcome.address}/api/monitor/job-report`,
    '-ContentType application/json',
    `-Headers @{ 'X-TC-Portal-Webhook-Secret' = ${quoted(welcome.webhookSecret)} }`,
    `-Body (${quoted(ascii(JSON.stringify(body)))} -creplace '${timeMark}', (Get-Date).ToUniversalTime().ToString('o'))`,
    `${powershellThatFails}; $answer`,
  ].join(' ');
}

/** Returns a text without secrets for a journal, which others read too, and which keeps its lines for a long time. */
export function quietWelcomeText({
  address,
  secretsFile,
  replaced,
}: Pick<Welcome, 'address' | 'secretsFile' | 'replaced'>): string {
  const other = replaced.length > 0 ? ` From the environment instead: ${replaced.join(', ')}.` : '';
  return `The portal is ready at ${address}. The sign-in and the secrets are in ${secretsFile}.${other}`;
}

/** Returns the text with address, sign-in and commands that report a success and an error. */
export function welcomeText(
  welcome: Welcome,
  now: Date,
  platform: NodeJS.Platform = process.platform,
): string {
  const windows = platform === 'win32';
  const replaced =
    welcome.replaced.length === 0
      ? ''
      : `
  From the environment instead / 環境変数の値を使用中: ${welcome.replaced.join(', ')}
`;
  const report = (status: 'success' | 'error', message: string): string => {
    const body = {
      job_key: 'hello-portal',
      title: '最初のジョブ',
      status,
      finished_at: timeMark,
      message,
    };
    return windows
      ? `${powershellCommand(welcome, body)}\n\n(cmd.exe)\n${commandPromptCommand(welcome, body, now)}`
      : reportCommand(welcome, body);
  };
  return `
  The portal is ready / ポータルが起動しました

    ${welcome.address}

    Email     ${welcome.email}
    Password  ${welcome.password ?? `(the one you chose / 設定済みのパスワード)`}

  Report a success / 成功を報告するコマンド

${report('success', '処理が完了しました')}

  Report an error / 失敗を報告するコマンド

${report('error', 'ファイルが見つかりません')}

  The secrets are in ${welcome.secretsFile}. Ctrl-C stops the portal.
  シークレットは ${welcome.secretsFile} に保存されています。停止するには Ctrl-C を押します。
${replaced}`;
}
