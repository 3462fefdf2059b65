'use client';

/** The root layout itself failed, so texts, styles and the language may be unavailable. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="ja">
      <body>
        <title>TC Portal</title>
        <main>
          <h1>表示できませんでした</h1>
          <p>予期しない問題が起きました。もう一度お試しください。</p>
          <p lang="en">Something unexpected happened. Please try again.</p>
          <button type="button" onClick={() => retry()}>
            もう一度試す / Try again
          </button>
        </main>
      </body>
    </html>
  );
}
