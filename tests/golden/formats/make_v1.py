#!/usr/bin/env python3
"""How the vectors in this folder were made: an independent writer of the formats, in Python.

The files are added to and never changed; what was sealed once must open for ever.
usage: python3 tests/golden/formats/make_v1.py sealed | terms | buckets | sealed_buckets
"""
import hashlib
import hmac
import sys
import unicodedata

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = bytes(range(32))
TERM_KEY = bytes(range(64, 96))
EXTRA = {"ø": "o", "ı": "i", "ł": "l"}


def fold(text):
    before = None
    while before != text:
        before, text = text, "".join(
            EXTRA.get(c, c) for c in unicodedata.normalize("NFKD", text).casefold()
            if unicodedata.category(c) not in ("Mn", "Me"))
    return "".join(
        EXTRA.get(c, c) for c in unicodedata.normalize("NFKD", text)
        if unicodedata.category(c) not in ("Mn", "Me"))


def term(kind, unit, data):
    message = bytes([kind, unit]) + len(data).to_bytes(4, "big") + data
    return hmac.new(TERM_KEY, message, hashlib.sha256).digest()


def text_terms(text, partition):
    symbols = [0x110000] + [ord(c) for c in fold(text)] + [0x110001]
    grams = [symbols[:2]] + [symbols[i:i + 3] for i in range(len(symbols) - 2)]
    encoded = {b"".join(s.to_bytes(3, "big") for s in g) for g in grams}
    return " ".join(sorted({term(3, partition, g)[:4].hex() for g in encoded}))


def range_term(unit, bucket):
    return term(4, 0, bucket.to_bytes(8, "big", signed=True) + unit.encode())[:8]


def order_term(unit, prefix):
    out = b""
    for i, symbol in enumerate(prefix):
        raw = b"".join(term(5, 0, unit.encode() + b"\0" + prefix[:i] + bytes([block])) for block in range(32))
        gaps = [max(1, int.from_bytes(raw[k + 1:k + 4], "big") >> raw[k] % 24) for k in range(0, 1024, 4)]
        out += sum(gaps[:symbol + 1]).to_bytes(4, "big")
    return out


def seal_entries(name, plain, entries, nonce=1):
    head = bytes([0xF8 | 4, 1, 0, 0, 0, 1, 1, 1, len(entries)])
    for kind, entry in entries:
        head += bytes([kind]) + len(entry).to_bytes(2, "big") + entry
    iv = nonce.to_bytes(12, "big")
    cell = head + iv + AESGCM(KEY).encrypt(iv, plain, head)
    print(name, KEY.hex(), 1, 1, cell.hex(), plain.hex())


def seal(name, plain, flags=0, field=1, generation=1, pad=0, text="", nonce=1):
    head = bytes([0xF8 | flags, 2 if pad else 1]) + field.to_bytes(4, "big") + bytes([generation])
    if flags:
        head += bytes([1])
    if flags & 1:
        head += term(1, 0, plain)[:16]
    if flags & 2:
        head += term(2, 1, fold(text).encode())[:16]
    if flags & 4:
        entry = text_terms(text, 3).encode()
        head += bytes([1, 1]) + len(entry).to_bytes(2, "big") + entry
    padded = plain
    if pad:
        padded = plain + b"\x80"
        padded += bytes(-len(padded) % pad)
    iv = nonce.to_bytes(12, "big")
    cell = head + iv + AESGCM(KEY).encrypt(iv, padded, head)
    print(name, KEY.hex(), field, generation, cell.hex(), plain.hex())


def main():
    if sys.argv[1] == "sealed":
        print("# name key field generation sealed-value plaintext (hexadecimal); layout v1")
        seal("empty", b"")
        seal("ten_bytes", b"0123456789", field=0x01020304, generation=7)
        seal("date", (9000).to_bytes(4, "big"), flags=1)
        seal("padded_name", "Müller".encode(), flags=2, pad=16, text="Müller")
        seal("padded_full_block", b"sixteen bytes :)", pad=16)
        seal("all_terms", "Søren".encode(), flags=7, pad=16, text="Søren", field=0xFFFFFFFF,
             generation=255)
        seal("text_only", b"", flags=4, text="")
        seal("long", bytes(i % 256 for i in range(300)))
    elif sys.argv[1] == "sealed_buckets":
        print("# name key field generation sealed-value plaintext (hexadecimal); layout v1, kinds 2 and 3")
        day = (-10957).to_bytes(4, "big", signed=True)
        seal_entries("range", day, [(2, range_term("year", -30))])
        seal_entries("order", b"Smith", [(3, order_term("2", b"Sm"))])
        seal_entries("order_and_range", day, [(3, order_term("month", bytes([0x7f, 0xff, 0xfe, 0x98]))),
                                              (2, range_term("month", -360))])
        seal_entries("order_and_text", b"Smith", [(3, order_term("2", b"Sm")),
                                                  (1, text_terms("Smith", 3).encode())])
    elif sys.argv[1] == "buckets":
        print("# kind key unit bucket or prefix (hexadecimal) term")
        for unit, bucket in (("year", -30), ("month", 300), ("10", 0), ("0.5", -2048), ("log2", 192)):
            print("range", TERM_KEY.hex(), unit, bucket, range_term(unit, bucket).hex())
        for unit, prefix in (("2", b"Sm"), ("2", b"S\0"), ("3", "Mü".encode()), ("1", b"\xff"),
                             ("month", bytes([0x80, 0, 1, 0x2c])), ("8", bytes(8))):
            print("order", TERM_KEY.hex(), unit, prefix.hex(), order_term(unit, prefix).hex())
    else:
        print("# kind key input (hexadecimal) term; text in partition 3")
        for plain in (b"0", b"123-45-6789", bytes(200)):
            print("equality", TERM_KEY.hex(), plain.hex(), term(1, 0, plain)[:16].hex())
        for text in ("Müller", "MÜLLER", "Groß", "Işık", "한글"):
            print("folded", TERM_KEY.hex(), text.encode().hex(),
                  term(2, 1, fold(text).encode())[:16].hex())
        for text in ("a", "banana", "Anna-Lena Søren", "한글"):
            print("text", TERM_KEY.hex(), text.encode().hex(), text_terms(text, 3))


main()
