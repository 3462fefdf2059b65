/** One statement of a script and the line on which it begins. */
export interface Statement {
  readonly text: string;
  readonly line: number;
}

// What may hide a semicolon: comments, strings, quoted names and dollar quotes.
const opaque = /--[^\n]*|\/\*|'|"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|;|\bbegin\s+atomic\b/giy;

function endOfBlockComment(sql: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < sql.length && depth > 0) {
    if (sql.startsWith('/*', at)) [depth, at] = [depth + 1, at + 2];
    else if (sql.startsWith('*/', at)) [depth, at] = [depth - 1, at + 2];
    else at += 1;
  }
  return at;
}

function endOfQuote(sql: string, start: number, quote: string): number {
  const escapes = quote === "'" && /(?:^|[^\w$])e$/i.test(sql.slice(Math.max(0, start - 2), start));
  let at = start + 1;
  while (at < sql.length) {
    if (escapes && sql[at] === '\\') at += 2;
    else if (sql[at] !== quote) at += 1;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return sql.length;
}

function endOfToken(sql: string, token: string, start: number): number {
  const after = start + token.length;
  if (token === '/*') return endOfBlockComment(sql, after);
  if (token === "'" || token === '"') return endOfQuote(sql, start, token);
  if (token.startsWith('$')) {
    const end = sql.indexOf(token, after);
    return end === -1 ? sql.length : end + token.length;
  }
  if (/^begin/i.test(token)) {
    const words = /\b(case|end)\b/gi;
    words.lastIndex = after;
    for (let depth = 1; depth > 0;) {
      const word = words.exec(sql)?.[0];
      if (word === undefined) return sql.length;
      depth += /case/i.test(word) ? 1 : -1;
    }
    return words.lastIndex;
  }
  return after;
}

/** Cuts a script at its semicolons, which may also stand in strings, comments and function bodies. */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  const finish = (end: number): void => {
    const raw = sql.slice(start, end);
    const text = raw.trim();
    const leading = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*/.exec(`${raw}\n`)?.[0] ?? '';
    if (leading.trimEnd().length < text.length || leading.length < raw.length) {
      statements.push({ text, line: sql.slice(0, start + leading.length).split('\n').length });
    }
    start = end + 1;
  };
  for (let at = 0; at < sql.length;) {
    opaque.lastIndex = at;
    const token = opaque.exec(sql)?.[0];
    // A dollar after a letter belongs to a name.
    if (token === undefined || (token.startsWith('$') && /[\w$]/.test(sql[at - 1] ?? ''))) {
      at += 1;
      continue;
    }
    if (token === ';') finish(at);
    at = endOfToken(sql, token, at);
  }
  finish(sql.length);
  return statements;
}
