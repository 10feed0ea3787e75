#!/usr/bin/env python3
"""Writes crypto/fold_table.inc: fold(c) = drop_marks(casefold(NFKD(c))) per code point.

usage: python3 crypto/fold_table.py > crypto/fold_table.inc

The table is stored format: a change needs a new fold version and new term keys. It was made with
Unicode 14.0 (Python 3.11); the script refuses any other, since a later one may fold differently.
Hangul syllables are left out, crypto/fold.cpp computes them.
"""
import sys
import unicodedata

UNICODE = "14.0.0"
# Letters that no decomposition takes apart, but that unaccent() or some locale's lower() does.
EXTRA = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae",
    "œ": "oe", "ƀ": "b", "ɨ": "i", "ʉ": "u", "ƚ": "l", "ŋ": "n", "ĸ": "q", "ƶ": "z",
}
HANGUL = range(0xAC00, 0xAC00 + 11172)


def step(text):
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(
        EXTRA.get(c, c) for c in text if unicodedata.category(c) not in ("Mn", "Me"))


def fold(code):
    before, text = None, chr(code)
    while text != before:
        before, text = text, step(text)
    return text


def table():
    folds = {}
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000 or code in HANGUL:
            continue
        folded = fold(code)
        if folded != chr(code):
            folds[code] = folded
    # Case pairs that are no case folding of each other (simple mappings of single code points): the
    # same fold for both, or lower() and upper() would lead out of it.
    for _ in range(3):
        for code in range(0x110000):
            if 0xD800 <= code < 0xE000:
                continue
            for other in (chr(code).lower(), chr(code).upper()):
                if len(other) == 1 and other != chr(code):
                    mine = folds.get(code, chr(code))
                    theirs = folds.get(ord(other), other)
                    if mine != theirs:
                        print(f"case pair U+{code:04X} U+{ord(other):04X}", file=sys.stderr)
                        best = min(mine, theirs)
                        folds[code] = folds[ord(other)] = best
    return {c: f for c, f in folds.items() if f != chr(c)}


def main():
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"needs Unicode {UNICODE}, this Python has {unicodedata.unidata_version}")
    folds = table()
    ranges, strings, pool, where = [], [], [], {}
    for code in sorted(folds):
        text = folds[code]
        if len(text) <= 1:
            target = ord(text) if text else None
            if ranges:
                first, last, stride, to = ranges[-1]
                gap = code - last
                same = (target is None and to is None and gap == 1) or (
                    target is not None and to is not None and target - to == code - first)
                if same and (stride in (0, gap)) and gap <= 2:
                    ranges[-1] = (first, code, gap, to)
                    continue
            ranges.append((code, code, 0, target))
        else:
            if text not in where:
                where[text] = len(pool)
                pool.extend(ord(c) for c in text)
            strings.append((code, where[text], len(text)))
    out = ["// Made by crypto/fold_table.py from Unicode " + UNICODE + ". Do not edit.", ""]
    emit(out, "constexpr FoldRange kFoldRanges[] = {",
         [f"{{{f:#x},{l:#x},{max(s, 1)},{0xFFFFFFFF if t is None else t:#x}}}"
          for f, l, s, t in ranges])
    emit(out, "constexpr FoldString kFoldStrings[] = {",
         [f"{{{c:#x},{o},{n}}}" for c, o, n in strings])
    emit(out, "constexpr char32_t kFoldPool[] = {", [f"{c:#x}" for c in pool])
    print("\n".join(out))


def emit(out, head, items):
    line = head
    for item in items:
        if len(line) + len(item) > 118:
            out.append(line)
            line = ""
        line += item + ","
    out.append(line + "};")


main()
