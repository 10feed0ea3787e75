#!/usr/bin/env python3
"""How the vectors in this folder were made: an independent writer of the formats, in Python.

The files are added to and never changed; what was sealed once must open for ever.
usage: python3 tests/golden/formats/make_v1.py sealed | terms
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
