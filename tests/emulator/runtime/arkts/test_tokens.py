"""What the pre-pass takes for a string, a template or a regular expression: everything that hides brackets."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

import pytest

from emulator.runtime.arkts.toolchain import Toolchain
from emulator.runtime.arkts.transpiler import PROGRAM

# The long tokens of a source, in order; all others are told as they are by a test of their own.
LONG: Mapping[str, list[str]] = {
    # strings
    "'a' + \"b\"": ["'a'", '"b"'],
    r"'\'' + '\\' + x": [r"'\''", r"'\\'"],
    "'a\\\r\nb' + 'c'": ["'a\\\r\nb'", "'c'"],
    "'a\\\nb' + 'c'": ["'a\\\nb'", "'c'"],
    "'open\n'b'": ["'open", "'b'"],
    "'open\r'b'": ["'open", "'b'"],
    "'\u2028' + 'b'": ["'\u2028'", "'b'"],
    "'open": ["'open"],
    # comments
    "// 'a'\n'b'": ["'b'"],
    "// 'a'\r'b'": ["'b'"],
    "// 'a'\u2028'b'": ["'b'"],
    "/* 'a' */ 'b' /* 'c'": ["'b'"],
    "/**/ 'a'": ["'a'"],
    # templates
    "`a${b}c` + `d`": ["`a${b}c`", "`d`"],
    "`${`${`x`}`}` + 'y'": ["`${`${`x`}`}`", "'y'"],
    "`${{ a: { b: 1 } }.a}}` + 'y'": ["`${{ a: { b: 1 } }.a}}`", "'y'"],
    "`${{ a: { b: 1 } }[`}`]}` + 'y'": ["`${{ a: { b: 1 } }[`}`]}`", "'y'"],
    "`${'}'}` + `${/}`/}` + 'y'": ["`${'}'}`", "`${/}`/}`", "'y'"],
    "`${a /* } ` */}` + 'y'": ["`${a /* } ` */}`", "'y'"],
    "`${a // } `\n}` + 'y'": ["`${a // } `\n}`", "'y'"],
    r"`\`\${` + 'y'": [r"`\`\${`", "'y'"],
    "`$` + `{` + `$$${1}`": ["`$`", "`{`", "`$$${1}`"],
    "`open ${a": ["`open ${a"],
    # a slash where a value may begin
    "/'/": ["/'/"],
    "a = /'/g": ["/'/"],
    "(/'/), [/'/], {a: /'/}": ["/'/", "/'/", "/'/"],
    "a ? /'/ : /'/": ["/'/", "/'/"],
    "a && /'/, !/'/, ~/'/": ["/'/", "/'/", "/'/"],
    "return /'/": ["/'/"],
    "typeof /'/ in /'/": ["/'/", "/'/"],
    "if (a) /'/.test(b)": ["/'/"],
    "while ((a)) /'/.test(b)": ["/'/"],
    "for (;;) /'/.test(b)": ["/'/"],
    "else /'/.test(b)": ["/'/"],
    "{ } /'/.test(b)": ["/'/"],
    "=> /'/": ["/'/"],
    "case /'/: default: /'/": ["/'/", "/'/"],
    "export default /'/": ["/'/"],
    r"/[/']/, /\/'/, /[\]/']/": [r"/[/']/", r"/\/'/", r"/[\]/']/"],
    "/a/ / /b/": ["/a/", "/b/"],
    # a slash behind a value
    "a / b / 'c'": ["'c'"],
    "(a) / b / 'c'": ["'c'"],
    "a[0] / b / 'c'": ["'c'"],
    "1 / 2 / 'c'": ["'c'"],
    "'a' / 2 / 'c'": ["'a'", "'c'"],
    "`a` / 2 / 'c'": ["`a`", "'c'"],
    "i++ / 2 / 'c'": ["'c'"],
    "i-- / 2 / 'c'": ["'c'"],
    "a! / b! / 'c'": ["'c'"],
    "a.return / b / 'c'": ["'c'"],
    "a.of / b.in / 'c'": ["'c'"],
    "a.with(1) / b / 'c'": ["'c'"],
    "a.if(1) / b / 'c'": ["'c'"],
    "f(if_) / b / 'c'": ["'c'"],
    "this / b / 'c'": ["'c'"],
    "a /= b / 'c'": ["'c'"],
    "a !== /'/": ["/'/"],
    "= / 2\n'c'": ["'c'"],
    "= / 2\u2028'c'": ["'c'"],
}

SHORT: Mapping[str, list[str]] = {
    "": [],
    "a.b?.c": ["a", ".", "b", "?", ".", "c"],
    "#x $y _z 名 a1": ["#x", "$y", "_z", "名", "a1"],
    "1_000 0x1F 1e3 1n 1..a": ["1_000", "0x1F", "1e3", "1n", "1..a"],
    "a++ + ++b": ["a", "++", "+", "++", "b"],
    "@A({})": ["@", "A", "(", "{", "}", ")"],
    "\ufeffa\u00a0b": ["a", "b"],
    "'a', `b`, /c/": ["string", ",", "template", ",", "regex"],
}

PROBE = """
const { tokens } = require(process.argv[1])
const sources = JSON.parse(require('fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(sources.map((s) => tokens(s).map((t) => [t.kind, t.text, s.slice(t.start, t.end)]))))
"""


@pytest.fixture(scope="module")
def tokens(toolchain: Toolchain) -> Mapping[str, list[tuple[str, str, str]]]:
    """Kind, text and extent of every token, by source."""
    sources = [*LONG, *SHORT]
    command = [toolchain.node, "-e", PROBE, PROGRAM / "tokens.js"]
    done = subprocess.run(command, input=json.dumps(sources), capture_output=True, encoding="utf-8", check=True, timeout=60)
    return dict(zip(sources, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("source", LONG)
def test_long_tokens_end_where_they_do(tokens: Mapping[str, list[tuple[str, str, str]]], source: str) -> None:
    assert [extent for kind, _, extent in tokens[source] if kind in ("string", "template", "regex")] == LONG[source]


@pytest.mark.parametrize("source", SHORT)
def test_short_tokens(tokens: Mapping[str, list[tuple[str, str, str]]], source: str) -> None:
    assert [text for _, text, _ in tokens[source]] == SHORT[source]
