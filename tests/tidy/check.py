#!/usr/bin/env python3
"""What a machine checks about our sources, beyond format and warnings: only what would be a leak, a crash
or a broken layer. `check.py` checks the tree; `check.py --self-test` checks the checker on bad snippets.

Prints `file:line: rule: what to do` per finding; exit code 1 if there is one.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent / "allowed.txt"
LIBRARIES = ("protocol", "crypto", "policy")  # know no proxy/, and not each other
FOLDERS = LIBRARIES + ("proxy",)


def allowed(name):
    """The files that allowed.txt lists for a rule: lines `rule path`, # comments."""
    lines = (line.split("#")[0].split() for line in LISTS.read_text().splitlines())
    return {words[1] for words in lines if len(words) == 2 and words[0] == name}


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def code_of(text):
    """The text with comments and the insides of literals blanked out; lines and columns stay."""
    pattern = r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\''
    return re.sub(pattern, lambda m: blank(m) if m.group(0)[0] == "/" else
                  m.group(0)[0] + blank(re.match(r"(?s).*", m.group(0)[1:-1])) + m.group(0)[-1], text, flags=re.S)


class Source:
    def __init__(self, path, text):
        self.path, self.text, self.code = path, text, code_of(text)
        self.top = path.split("/")[0]
        self.is_header = path.endswith(".hpp")

    def includes(self):
        for match in re.finditer(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', self.text, re.M):
            yield match.start(), match.group(1)

    def find(self, pattern):
        for match in re.finditer(pattern, self.code):
            yield match.start(), match

    def line(self, position):
        return self.text.count("\n", 0, position) + 1


def layering(source):
    for at, name in source.includes():
        top = name.split("/")[0]
        if source.top in LIBRARIES and top in FOLDERS and top != source.top:
            yield at, "layering", f"{source.top}/ may not include {name}"
        if name.startswith("boost/asio") and not source.path.startswith("proxy/net/"):
            yield at, "asio", "Asio is for proxy/net only"
        if name.startswith("openssl/") and source.path != "crypto/openssl.hpp" \
                and not source.path.startswith("proxy/net/"):
            yield at, "openssl", "include crypto/openssl.hpp (TLS: proxy/net)"
        if re.match(r"pg_query|protobuf|xxhash|postgres_deparse", name) and not (
                source.path.startswith("policy/sql/") and not source.is_header):
            yield at, "pg_query", "libpg_query belongs to the .cpp files of policy/sql"
        if source.is_header and re.match(r"libpq-fe\.h|toml\+\+|prometheus/", name):
            yield at, "heavy-header", f"include {name} in a .cpp file only"


def awaits(source):
    """GCC 12 destroys some temporaries of a co_await statement twice: no aggregate, no value capture."""
    for at, _ in source.find(r"\bco_(await|yield|return)\b"):
        if not source.path.startswith("proxy/net/"):
            yield at, "co_await", "coroutines live in proxy/net"
    for at, _ in source.find(r"\bco_await\b"):
        problem = statement_problem(source.code, at)
        if problem:
            yield at, "co_await-statement", problem


def before(code, at):
    """The last word or character in front of a position."""
    match = re.search(r"(\w+|\S)\s*$", code[:at])
    return match.group(1) if match else ""


def opens_block(code, at):
    """Whether the brace at a position opens a block (and not an aggregate or a list)."""
    return before(code, at) in (")", "else", "do", "try", "noexcept", "const", "mutable", ";", "{", "}", ":", "")


def statement_problem(code, at):
    depth, position = 0, at
    while position > 0:  # backwards to where the statement begins
        position -= 1
        letter = code[position]
        if letter in ")]}":
            if letter == "}" and depth == 0:
                return None if re.match(r"\s*\w", code[position + 1:]) and opens_block_of(code, position) \
                    else "braces in a statement with co_await: name the value, then move it"
            depth += 1
        elif letter in "([{":
            if depth > 0:
                depth -= 1
            elif letter == "{":
                if opens_block(code, position):
                    break
                return "braces around a co_await: name the awaited value first"
        elif letter == ";" and depth == 0:
            break
    return forward_problem(code, at)


def opens_block_of(code, closing):
    """Whether the brace closed at a position was opened as a block."""
    depth = 0
    for position in range(closing, -1, -1):
        depth += (code[position] == "}") - (code[position] == "{")
        if depth == 0:
            return opens_block(code, position)
    return True


def forward_problem(code, at):
    depth = 0
    for position in range(at, len(code)):
        letter = code[position]
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == ";" and depth <= 0:
            return None
        elif letter == "{":
            if depth <= 0 and opens_block(code, position):
                return None
            lambda_head = re.search(r"\[([^\[\]]*)\]\s*(\([^()]*\)\s*)?(mutable\s*)?(noexcept\s*)?(->\s*[\w:<>]+\s*)?$",
                                    code[:position])
            if lambda_head is None:
                return "braces in a statement with co_await: name the value, then move it"
            captures = [c.strip() for c in lambda_head.group(1).split(",") if c.strip()]
            if any(not c.startswith("&") and c != "this" for c in captures):
                return "a lambda that captures values in a statement with co_await: name it first"
            return None
    return None


def banned(source):
    secret = source.top == "crypto" or source.path.startswith(("proxy/auth/", "proxy/keys/"))
    if secret:
        for at, _ in source.find(r"\bmemcmp\s*\("):
            yield at, "memcmp", "compare secrets with ct_equal"
    for at, _ in source.find(r"\bdetached\b"):
        yield at, "detached", "every co_spawn reports its end"
    if source.path not in allowed("catch-all"):
        for at, _ in source.find(r"catch\s*\(\s*\.\.\.\s*\)"):
            yield at, "catch-all", "catch what you expect; the shells that may are in tests/tidy/allowed.txt"
    if source.top in LIBRARIES:
        for at, _ in source.find(r"\b(printf|fprintf|puts|std::cout|std::cerr|std::clog)\b"):
            yield at, "print", "a pure library prints nothing"
    if source.path not in allowed("expose"):
        for at, _ in source.find(r"[.>]expose\s*\("):
            yield at, "expose", "secrets leave only in the files that tests/tidy/allowed.txt lists"
    for at, match in source.find(r"\bstd::thread\b(?!::)"):
        if source.top in LIBRARIES:
            yield at, "thread", "a pure library starts no thread"
    for at, match in ((m.start(), m) for m in re.finditer(r"\b(TODO|FIXME|XXX)\b", source.text)):
        yield at, "unfinished", f"{match.group(1)}: finish it or write it down as a limit"


RULES = (layering, awaits, banned)


def sources():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h", ".cc"):
                yield Source(str(path.relative_to(ROOT)), path.read_text())


def check(source):
    return [f"{source.path}:{source.line(at)}: {rule}: {text}" for rules in RULES for at, rule, text in rules(source)]


def documented(document, words, what):
    """Each word must stand in a document between backquotes or blanks."""
    path = ROOT / "docs" / document
    if not path.exists():
        print(f"skipped: docs/{document} does not exist, so {len(words)} {what} are not looked up")
        return []
    text = path.read_text()
    return [f"docs/{document}: undocumented {what[:-1]}: {word}" for word in sorted(words)
            if not re.search(rf"\b{re.escape(word)}\b", text)]


def documents(all_sources):
    codes, states, metrics = set(), set(), set()
    for source in all_sources:
        for match in re.finditer(r"enum class Errc[^{]*\{(.*?)\}", source.code, re.S):
            codes |= set(re.findall(r"\b([A-Z]\w+)\b\s*(?:=[^,]*)?(?:,|$)", match.group(1).strip()))
        if source.path.startswith(("proxy/", "policy/rewrite", "policy/decide")):
            states |= set(re.findall(r'"((?:0[ABLPZ8]|[2-5][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3})"', source.text))
        if source.path.startswith("proxy/"):
            metrics |= set(re.findall(r'"(pgveil_[a-z][a-z_0-9]*(?:_total|_seconds|_bytes|_rows|_ratio|_info|_[a-z]+))"',
                                      source.text)) if "metric" in source.path else set()
    return (documented("errors.md", codes, "error codes") + documented("errors.md", states, "SQLSTATEs")
            + documented("metrics.md", metrics, "metrics"))


def self_test():
    cases = [
        ("protocol/a.cpp", '#include "proxy/net/session.hpp"\n', "layering"),
        ("crypto/a.cpp", '#include "policy/model/mask.hpp"\n', "layering"),
        ("policy/a.hpp", '#include "policy/model/mask.hpp"\n', None),
        ("proxy/session/a.hpp", "#include <boost/asio/io_context.hpp>\n", "asio"),
        ("proxy/net/a.hpp", "#include <boost/asio/io_context.hpp>\n", None),
        ("crypto/seal.cpp", "#include <openssl/evp.h>\n", "openssl"),
        ("crypto/openssl.hpp", "#include <openssl/evp.h>\n", None),
        ("policy/sql/parse.hpp", "#include <pg_query.h>\n", "pg_query"),
        ("policy/sql/parse.cpp", "#include <pg_query.h>\n", None),
        ("proxy/twin/a.hpp", "#include <libpq-fe.h>\n", "heavy-header"),
        ("proxy/twin/a.cpp", "#include <libpq-fe.h>\n", None),
        ("proxy/twin/b.cpp", "void f() { co_return; }\n", "co_await"),
        ("proxy/net/b.cpp", "awaitable<void> f() { co_await send(Reply{1}); }\n", "co_await-statement"),
        ("proxy/net/c.cpp", "awaitable<void> f() { Reply r{.body = co_await g()}; }\n", "co_await-statement"),
        ("proxy/net/d.cpp", "awaitable<void> f(int x) { co_await run([x] { return x; }); }\n", "co_await-statement"),
        ("proxy/net/e.cpp", "awaitable<void> f(int x) { co_await run([&x] { return x; }); }\n", None),
        ("proxy/net/f.cpp", "awaitable<void> f() { if (co_await g()) { h(); } }\n", None),
        ("proxy/net/g.cpp", "awaitable<void> f() { { int a{1}; } co_await g(std::move(a)); }\n", None),
        ("proxy/net/h.cpp", "awaitable<R> f() { while (true) { auto [e, n] = co_await g(); if (e) { return; } } }\n",
         None),
        ("proxy/net/i.cpp", "awaitable<R> f() { if (a) { b(); } co_await g(); }\n", None),
        ("proxy/net/j.cpp", "awaitable<R> f() { const auto x = g(A{1}, co_await h()); }\n", "co_await-statement"),
        ("crypto/b.cpp", "bool f() { return memcmp(a, b, 32) == 0; }\n", "memcmp"),
        ("protocol/b.cpp", "bool f() { return std::memcmp(a, b, 4) == 0; }\n", None),
        ("proxy/net/k.cpp", "co_spawn(context, run(), asio::detached);\n", "detached"),
        ("policy/model/b.cpp", "try { f(); } catch (...) { }\n", "catch-all"),
        ("policy/model/c.cpp", "void f() { std::cout << 1; }\n", "print"),
        ("policy/model/d.cpp", '// std::cout << 1\nconst char* x = "printf(";\n', None),
        ("proxy/cli/b.cpp", "void f() { std::cout << 1; }\n", None),
        ("proxy/session/c.cpp", "auto k = key.expose();\n", "expose"),
        ("proxy/session/d.cpp", "// TODO: later\n", "unfinished"),
    ]
    wrong = 0
    for path, text, want in cases:
        rules = {finding.split(": ")[1] for finding in check(Source(path, text))}
        if rules != ({want} if want else set()):
            wrong += 1
            print(f"self-test {path}: want {want}, got {rules or None}: {text[:80]!r}")
    print(f"tidy self-test: {len(cases)} snippets, {wrong} wrong")
    return wrong


def main():
    if "--self-test" in sys.argv:
        return self_test()
    everything = list(sources())
    findings = [finding for source in everything for finding in check(source)] + documents(everything)
    print("\n".join(findings))
    print(f"tidy: {len(everything)} files, {len(findings)} findings")
    return len(findings)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
