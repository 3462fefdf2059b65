import { describe, expect, it } from 'vitest';
import { downloadHeaders, logText } from './log-text.ts';

describe('logText', () => {
  it('is the log itself if nothing was cut', () => {
    expect(logText({ head: 'all\n<script>', tail: '', cutCharacters: 0 }, '---')).toBe('all\n<script>');
  });

  it('says between head and tail how much is missing', () => {
    expect(logText({ head: 'a', tail: 'z', cutCharacters: 24 }, '--- 24 ---')).toBe('a\n--- 24 ---\nz');
  });

  it('contains nothing that a terminal would obey', () => {
    expect(logText({ head: '\u001B]0;title\u0007', tail: '', cutCharacters: 0 }, '')).toBe('␛]0;title␇');
  });
});

describe('downloadHeaders', () => {
  it('make the browser save the text and never show it as a page [rule 36: hostile text]', () => {
    const headers = downloadHeaders('日次 "集計"\r\nX: 1', '2026-11-21T06:00:00.123456Z');
    expect(headers['Content-Type']).toBe('text/plain; charset=utf-8');
    expect(headers['Content-Disposition']).toBe(
      `attachment; filename="__-__-X-1-20261121T060000.log.txt"; filename*=UTF-8''${encodeURIComponent('日次-集計-X-1')}-20261121T060000.log.txt`,
    );
  });
});
