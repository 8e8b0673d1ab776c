// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are variables of an env file
import { expect, test } from "vitest";
import { parseEnvFile } from "./parse-env-file.ts";

/** The right column is compose-go's result for the same text (its `dotenv` package, v2, no variables of the host). */
test.each<[written: string, value: string]>([
  ["abc#def", "abc#def"],
  ["abc #def", "abc"],
  ["abc\t#def", "abc\t#def"],
  ["#abc", "#abc"],
  ["  spaced  ", "spaced"],
  ["two words", "two words"],
  ["a=b=c", "a=b=c"],
  ['it"s', 'it"s'],
  ["", ""],
  ['""', ""],
  ["''", ""],
  ['"a\\"b#c"', 'a"b#c'],
  ["'a\\'b # c'", "a'b # c"],
  ['"a # b" # comment', "a # b"],
  ["'a\\nb'", "a\\nb"],
  ["'a\\\\'", "a\\\\"],
  ['"a\\nb\\tc"', "a\nb\tc"],
  ['"a\\\\nb"', "a\\nb"],
  ['"a\\qb"', "a\\qb"],
  ['"\\0101\\0377"', "Aÿ"],
  ['"one\ntwo"', "one\ntwo"],
  ["'one\r\ntwo'", "one\r\ntwo"],
  ["a$$b", "a$b"],
  ["'a$$b'", "a$$b"],
  ['"a\\$HOST"', "a$HOST"],
  ["$2b", "$2b"],
  ["5$", "5$"],
  ["http://$HOST:80", "http://db:80"],
  ['"http://${HOST}:80"', "http://db:80"],
  ["'${HOST}'", "${HOST}"],
  ["${HOST:-other}", "db"],
  ["${HOST:+other}", "other"],
  ["${NONE:-other}", "other"],
  ["${NONE-other}", ""],
  ["${NONE:+other}", ""],
  ["${NONE+other}", "other"],
  ["${NONE?missing}", ""],
])("VALUE=%j is %j, as for compose", (written, value) => {
  const { problems, variables } = parseEnvFile(`HOST=db\nNONE=\nVALUE=${written}\nLAST=1\n`);
  expect(problems).toEqual([]);
  expect(variables).toEqual({ HOST: "db", NONE: "", VALUE: value, LAST: "1" });
});

test.each<[written: string, place: string, message: string]>([
  ["$UNSET", "2:7", "UNSET is not set above in this file"],
  ['"a ${UNSET:-x}"', "2:10", "UNSET is not set above in this file"],
  ["$LATER", "2:7", "LATER is not set above in this file"],
  ["${HOST.NAME}", "2:7", "${ begins no variable that is understood"],
  ["${NONE:?is needed}", "2:7", "NONE is empty: is needed"],
  ['"a"b', "2:10", "follows a value in quotes"],
  ["`a b`", "2:7", "backticks"],
  [" # a comment", "2:8", "begins with # after a space"],
  ["\t#abc", "2:8", "begins with # after a space"],
  ['"\\08"', "2:8", "three octal digits"],
  ['"\\0000"', "2:7", "NUL"],
  ["a\0b", "2:7", "NUL"],
  ["'open", "2:7", "nothing closes it"],
])("VALUE=%j is refused at %s: %s", (written, place, message) => {
  const { problems } = parseEnvFile(`NONE=\nVALUE=${written}\nLATER=1\n`);
  expect(problems.map(({ column, line }) => `${line}:${column}`)).toEqual([place]);
  expect(problems[0]?.message).toContain(message);
});

test.each<[line: string, message: string]>([
  ["NAME", "has no value; list the variable in env to take the host's"],
  ["NAME: value", "is not NAME=value"],
  ["a.b=1", '"a.b" is not a name of a variable'],
  ["=1", '"" is not a name of a variable'],
])("the line %j is refused: %s", (line, message) => {
  expect(parseEnvFile(line).problems).toEqual([{ line: 1, column: 1, message }]);
});

test("each value that is written in quotes is read as it was", () => {
  const characters = [
    "a",
    " ",
    "#",
    "$",
    "{",
    "}",
    "\\",
    '"',
    "'",
    "`",
    "\n",
    "\r",
    "\t",
    "=",
    "0",
    "n",
    "é",
    "😀",
  ];
  let state = 7;
  const next = (bound: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
  for (let round = 0; round < 2000; round += 1) {
    const value = Array.from({ length: next(12) }, () => characters[next(characters.length)]).join("");
    const written = `A=1\nVALUE="${value.replace(/[\\"$]/g, "\\$&")}"\nB=2\n`;
    expect(parseEnvFile(written)).toEqual({ problems: [], variables: { A: "1", VALUE: value, B: "2" } });
  }
});
