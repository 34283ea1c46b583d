"""Unpack what came in, and say what it looks like when it is no calendar."""

from __future__ import annotations

import zlib

from agenda.model.errors import NotACalendarError
from agenda.model.sentences import Sentence, say

GZIP = b"\x1f\x8b"
BEGIN = b"BEGIN:VCALENDAR"
PEEK = 4096


def unpack(data: bytes, source: str, limit: int) -> bytes:
    """The calendar's text in UTF-8, whatever it was wrapped in.

    Raises:
        NotACalendarError: it is empty, too large, broken, or something else altogether.
    """
    if data.startswith(GZIP):
        data = _gunzip(data, source, limit)
    if len(data) > limit:
        raise too_large(source, limit)
    for bom, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(bom):
            data = data.decode(encoding, "replace").encode()
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    if BEGIN not in data[:PEEK].upper() and BEGIN not in data.upper():
        raise NotACalendarError(source, looks_like(data))
    return data


def too_large(source: str, limit: int) -> NotACalendarError:
    """The error for a calendar beyond the limit, in bytes."""
    mebibytes = max(1, round(limit / 1024**2))
    return NotACalendarError(
        source, say("it is larger than %(limit)s MiB, which is more than we read", limit=mebibytes)
    )


def looks_like(data: bytes) -> Sentence:
    """What some bytes are, if not a calendar. Nothing of their content is repeated."""
    start = data[:PEEK].lstrip().lower()
    if not start:
        return say("it is empty")
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        return say("it is a web page, perhaps one that asks to sign in or keeps robots out")
    if start.startswith((b"<?xml", b"<")):
        return say("it is an XML document")
    if start.startswith((b"{", b"[")):
        return say("it is a JSON document, perhaps an error message")
    if start.startswith(b"%pdf"):
        return say("it is a PDF document")
    if start.startswith(b"pk\x03\x04"):
        return say("it is a ZIP archive")
    if b"\x00" in start:
        return say("it is not text")
    return say("it holds no VCALENDAR")


def _gunzip(data: bytes, source: str, limit: int) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise NotACalendarError(source, say("it is a compressed file that is broken")) from error
    if len(text) > limit:
        raise too_large(source, limit)
    if not unpacker.eof:
        raise NotACalendarError(source, say("it is a compressed file that breaks off"))
    return text
