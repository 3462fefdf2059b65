import { describe, expect, test } from 'vitest';
import { splitStatements } from '#server/embedded/sql-statements.ts';

const texts = (sql: string): string[] => splitStatements(sql).map(({ text }) => text);

describe('splitStatements', () => {
  test.each([
    ['two statements', 'select 1; select 2;', ['select 1', 'select 2']],
    ['a last one without semicolon', 'select 1;\nselect 2\n', ['select 1', 'select 2']],
    ['a semicolon in a string', "select 'a;b', 'it''s;';", ["select 'a;b', 'it''s;'"]],
    ['an escaped quote', "select E'a\\';b'; select 2", ["select E'a\\';b'", 'select 2']],
    ['a backslash in a plain string', "select 'a\\'; select 2", ["select 'a\\'", 'select 2']],
    ['a quoted name', 'create table "a;b" ();', ['create table "a;b" ()']],
    ['a line comment', 'select 1 -- a; b\n, 2;', ['select 1 -- a; b\n, 2']],
    [
      'a nested comment',
      'select /* a; /* b; */ c; */ 1; select 2',
      ['select /* a; /* b; */ c; */ 1', 'select 2'],
    ],
    ['a dollar quote', 'do $$ begin; end $$; select 2;', ['do $$ begin; end $$', 'select 2']],
    [
      'a named dollar quote',
      'do $x$ select $$a;b$$; $x$; select 2;',
      ['do $x$ select $$a;b$$; $x$', 'select 2'],
    ],
    ['a parameter', 'select $1; select $2;', ['select $1', 'select $2']],
    ['a dollar in a name', 'select a$b$c; select 2;', ['select a$b$c', 'select 2']],
    [
      'a standard function body',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3;',
      [
        'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
        'select 3',
      ],
    ],
    ['nothing but comments', '-- nothing\n/* at all */\n', []],
    ['empty statements', ';;\n;', []],
  ])('keeps %s', (_, sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  test('says on which line a statement begins', () => {
    const sql = '-- a comment\n\nselect 1;\n-- why\n\nselect\n  2;';
    expect(splitStatements(sql).map(({ line }) => line)).toEqual([3, 6]);
  });
});
