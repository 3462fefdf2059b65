/** Placeholder for the secret in samples; the browser replaces it once an admin has asked for the secret. */
export const secretPlaceholder = '<SECRET>';

interface Sample {
  /** The URL that reports are sent to. */
  url: string;
  title: string;
  message: string;
}

const jobKey = 'sales-daily';

/** Longer than the portal needs; tries again if it is not available (429 and 503 say when). */
export const curlPatience = '-m 10 --retry 3';

/**
 * Shows curl's output and fails unless it says that the report was recorded: curl itself takes a refusal for a success, with -f
 * still a redirect or another program's page. `--fail-with-body` is missing in the curl of many servers.
 */
export const onlyRecorded = `awk '1; /"success":true/ { ok = 1 } END { exit !ok }'`;

/** Windows' own curl is new enough to fail with the answer; -L and no redirects make a redirect a failure. */
export const curlThatFails = 'curl.exe -sS --fail-with-body -L --max-redirs 0';

/** The end of Invoke-RestMethod: PowerShell 5.1 continues after some failures, and follows redirects without the body. */
export const powershellThatFails =
  "-TimeoutSec 10 -MaximumRedirection 0 -ErrorAction Stop; if (-not $answer.success) { throw 'Nothing was recorded.' }";

function toAsciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** curl for POSIX shells, Git Bash on Windows included: the body comes from a here-document, so nothing needs escaping. */
export function curlForBash({ url, title, message }: Sample): string {
  return `curl -sS ${curlPatience} -X POST '${url}' \\
  -H 'Content-Type: application/json; charset=utf-8' \\
  -H 'X-TC-Portal-Webhook-Secret: ${secretPlaceholder}' \\
  --data-binary @- <<JSON | ${onlyRecorded}
{
  "job_key": "${jobKey}",
  "title": "${title}",
  "status": "success",
  "finished_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "message": "${message}"
}
JSON`;
}

/**
 * curl for the Windows command prompt, on one line. cmd knows only double quotes and sends arguments in its own code
 * page, so the text is escaped. cmd also has no UTC time, so the sample has the time at which the page was shown.
 */
export function curlForWindows({ url, title, message }: Sample, now: Date): string {
  const body = toAsciiJson({
    job_key: jobKey,
    title,
    status: 'success',
    finished_at: `${now.toISOString().slice(0, 19)}Z`,
    message,
  });
  return `${curlThatFails} ${curlPatience} -X POST "${url}" -H "Content-Type: application/json" -H "X-TC-Portal-Webhook-Secret: ${secretPlaceholder}" -d "${body.replaceAll('"', '\\"')}"`;
}

/** The four variables that the Python snippet and tc_portal.py read, for a POSIX shell. */
export function environmentForBash({ url, title }: Sample): string {
  return `export TC_PORTAL_MONITOR_URL='${url}'
export TC_PORTAL_WEBHOOK_SECRET='${secretPlaceholder}'
export TC_PORTAL_JOB_KEY='${jobKey}'
export TC_PORTAL_JOB_TITLE='${title}'`;
}

/** The four variables for Windows, kept for the user in PowerShell. */
export function environmentForPowershell({ url, title }: Sample): string {
  return `[Environment]::SetEnvironmentVariable('TC_PORTAL_MONITOR_URL', '${url}', 'User')
[Environment]::SetEnvironmentVariable('TC_PORTAL_WEBHOOK_SECRET', '${secretPlaceholder}', 'User')
[Environment]::SetEnvironmentVariable('TC_PORTAL_JOB_KEY', '${jobKey}', 'User')
[Environment]::SetEnvironmentVariable('TC_PORTAL_JOB_TITLE', '${title}', 'User')`;
}

/** A function for Python scripts; standard library only. */
export const pythonSnippet = `import os
import json
import urllib.request
from datetime import datetime, timezone

def report_job_status(status: str, message: str = None) -> None:
    """TC Portal にジョブ結果を報告する"""
    url = os.environ.get("TC_PORTAL_MONITOR_URL")
    secret = os.environ.get("TC_PORTAL_WEBHOOK_SECRET")
    job_key = os.environ.get("TC_PORTAL_JOB_KEY", "default-job")
    job_title = os.environ.get("TC_PORTAL_JOB_TITLE", "Default Job")

    if not url or not secret:
        print("[TC Portal] 環境変数未設定のためスキップ")
        return

    payload = {
        "job_key": job_key,
        "title": job_title,
        "status": status,
        "finished_at": datetime.now(timezone.utc).isoformat(),
        "message": message,
    }

    data = json.dumps(payload).encode("utf-8")
    headers = {
        "Content-Type": "application/json",
        "X-TC-Portal-Webhook-Secret": secret,
    }

    try:
        req = urllib.request.Request(url, data=data, headers=headers, method="POST")
        with urllib.request.urlopen(req, timeout=10) as resp:
            if resp.status == 200:
                print(f"[TC Portal] 報告成功: {status}")
            else:
                print(f"[TC Portal] 報告失敗: HTTP {resp.status}")
    except Exception as e:
        print(f"[TC Portal] 報告エラー: {e}")


# メイン処理を try/except でラップ
if __name__ == "__main__":
    try:
        main()
        report_job_status("success", "処理完了")
    except Exception as e:
        report_job_status("error", str(e))
        raise`;

/** tc_portal.py as a wrapper around an unchanged script. */
export function pythonFileCommand({ title }: Sample): string {
  return `python tc_portal.py test
python tc_portal.py run --key ${jobKey} --title "${title}" -- python sales.py`;
}

/** tc_portal.py inside a script. */
export function pythonFileCode({ title, message }: Sample): string {
  return `from tc_portal import monitor

with monitor(job_key="${jobKey}", title="${title}") as run:
    main()
    run.message = "${message}"`;
}

/** PowerShell 5.1 and 7: 5.1 would send a text body in the machine's code page, so bytes are sent. */
export function powershellSnippet({ url, title, message }: Sample): string {
  return `$report = @{
  job_key     = '${jobKey}'
  title       = '${title}'
  status      = 'success'   # or 'error'
  finished_at = (Get-Date).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
  message     = '${message}'
}
$body = [System.Text.Encoding]::UTF8.GetBytes(($report | ConvertTo-Json))
$answer = Invoke-RestMethod -Method Post -Uri '${url}' \`
  -Headers @{ 'X-TC-Portal-Webhook-Secret' = '${secretPlaceholder}' } \`
  -ContentType 'application/json; charset=utf-8' -Body $body \`
  ${powershellThatFails.replace('; ', '\n')}`;
}

/** Node 18 and later; a report that fails never fails the job. */
export function nodeSnippet({ url, title, message }: Sample): string {
  return `async function reportJobStatus(status, message) {
  try {
    const response = await fetch('${url}', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-TC-Portal-Webhook-Secret': process.env.TC_PORTAL_WEBHOOK_SECRET ?? '${secretPlaceholder}',
      },
      body: JSON.stringify({
        job_key: '${jobKey}',
        title: '${title}',
        status,
        finished_at: new Date().toISOString(),
        message,
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!text.includes('"success":true')) console.error('[TC Portal]', response.status, text);
  } catch (error) {
    console.error('[TC Portal]', error);
  }
}

try {
  await main();
  await reportJobStatus('success', '${message}');
} catch (error) {
  await reportJobStatus('error', String(error));
  throw error;
}`;
}
