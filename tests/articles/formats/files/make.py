"""Writes the files of this folder anew: one made-up article in every format that is read.

Run it after a change: ``python tests/articles/formats/files/make.py``. The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pyarrow
import pypdf
from pyarrow import parquet
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

HERE = Path(__file__).parent
TITLE = "Harbour bridge in Oxwell reopens after eleven months"
SOURCE = "The Oxwell Courier"
AUTHOR = "Ada Smith"
PUBLISHED = "2026-03-02T23:30:00-05:00"
URL = "https://courier.example/2026/03/02/harbour-bridge"
PARAGRAPHS = (
    "The harbour bridge in Oxwell was opened to traffic again on Monday night, eleven months after engineers had found"
    " cracks in four of its main girders.",
    "“We had hoped to be done by Christmas, but the new steel came late,” the mayor, Jane Doe, said at the opening. The"
    " repairs cost £41 million, of which the government paid half.",
    "About 18,000 cars cross the bridge on a working day. Ferries that had carried commuters since April will run until"
    " the end of the month, the council said.",
)
TEXT = "\n\n".join(PARAGRAPHS)
RECORD = {"title": TITLE, "source": SOURCE, "author": AUTHOR, "date": PUBLISHED, "url": URL, "text": TEXT}
PARAGRAPHS_IN_HTML = "".join(f"<p>{html.escape(text)}</p>\n" for text in PARAGRAPHS)
PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{TITLE} | {SOURCE}</title>
<link rel="canonical" href="{URL}">
<meta property="og:title" content="{TITLE}">
<meta property="og:site_name" content="{SOURCE}">
<meta name="author" content="{AUTHOR}">
<meta property="article:published_time" content="{PUBLISHED}">
</head>
<body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article>
<h1>{TITLE}</h1>
{PARAGRAPHS_IN_HTML}</article>
<footer>Copyright {SOURCE}</footer>
</body>
</html>
"""
PLAIN = f"{TITLE}\n\n{SOURCE}\n\nBy {AUTHOR}\n\nPublished: March 2, 2026, 11:30 p.m. EST\n\n{TEXT}\n"
FRONT = f'---\ntitle: "{TITLE}"\nsource: {SOURCE}\nauthor: {AUTHOR}\ndate: {PUBLISHED}\nurl: {URL}\n---\n\n'
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>{SOURCE}</title><link>https://courier.example/</link><language>en</language>
<item><title>{TITLE}</title><link>{URL}</link><dc:creator>{AUTHOR}</dc:creator>
<pubDate>Mon, 02 Mar 2026 23:30:00 -0500</pubDate>
<content:encoded><![CDATA[{PARAGRAPHS_IN_HTML}]]></content:encoded></item>
</channel></rss>
"""
ATOM = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>{SOURCE}</title><id>https://courier.example/</id>
<entry><title>{TITLE}</title><id>{URL}</id><link href="{URL}"/><author><name>{AUTHOR}</name></author>
<published>{PUBLISHED}</published><updated>2026-03-04T08:00:00-05:00</updated>
<content type="html">{html.escape(PARAGRAPHS_IN_HTML)}</content></entry></feed>
"""
MHTML = f"""From: <Saved by hand>
Snapshot-Content-Location: {URL}
Subject: {TITLE}
Date: Wed, 4 Mar 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----part----"

------part----
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: 8bit
Content-Location: {URL}

{PAGE}
------part------
"""
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def table() -> str:
    """CSV with a header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(RECORD))
    writer.writeheader()
    writer.writerow(RECORD)
    return out.getvalue()


def crawl() -> bytes:
    """A WARC with one response."""
    body = PAGE.encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2026-03-05T10:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def zipped(files: dict[str, str]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(name: str, text: str) -> bytes:
    """A compressed tar archive of one member."""
    out, data = io.BytesIO(), text.encode()
    with tarfile.open(fileobj=out, mode="w") as archive:
        fragment = tarfile.TarInfo(name)
        fragment.size = len(data)
        archive.addfile(fragment, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def document() -> bytes:
    """DOCX with the parts that have to be there."""
    texts = (TITLE, SOURCE, f"By {AUTHOR}", "Published: March 2, 2026, 11:30 p.m. EST", *PARAGRAPHS)
    body = "".join(f"<w:p><w:r><w:t>{html.escape(text)}</w:t></w:r></w:p>" for text in texts)
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>',
            "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
            "docProps/core.xml": f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{TITLE}</dc:title></c>',
        }
    )


def sheet() -> bytes:
    """PDF of one page; a line is set at its height, a paragraph begins after a gap."""
    drawn, height = [], 760
    for text in (TITLE, SOURCE, f"By {AUTHOR}", "Published: March 2, 2026, 11:30 p.m. EST", *PARAGRAPHS):
        words = text.split(" ")
        for first in range(0, len(words), 8):
            line = " ".join(words[first : first + 8]).encode("cp1252")
            drawn.append(b"BT /F1 11 Tf 1 0 0 1 40 %d Tm (%b) Tj ET\n" % (height, line))
            height -= 14
        height -= 16
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 800)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
    content = DecodedStreamObject()
    content.set_data(b"".join(drawn))
    kept = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): kept})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(content)
    writer.metadata = {"/Title": TITLE}
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def columns() -> bytes:
    """A Parquet table."""
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist([RECORD]), out)
    return out.getvalue()


FILES: dict[str, str | bytes] = {
    "article.txt": PLAIN,
    "article.md": f"{FRONT}# {TITLE}\n\n{TEXT}\n",
    "article.html": PAGE,
    "article.mhtml": MHTML.replace("\n", "\r\n"),
    "article.jsonl": json.dumps(RECORD) + "\n",
    "article.json": json.dumps({"articles": [RECORD]}, indent=1, ensure_ascii=False),
    "article.csv": table(),
    "article.parquet": columns(),
    "article.warc": crawl(),
    "article.rss": RSS,
    "article.atom": ATOM,
    "article.txt.gz": gzip.compress(PLAIN.encode(), mtime=0),
    "article.zip": zipped({"2026/article.html": PAGE}),
    "article.tar.gz": tarred("2026/article.jsonl", json.dumps(RECORD) + "\n"),
    "article.pdf": sheet(),
    "article.docx": document(),
}


if __name__ == "__main__":
    for name, content in FILES.items():
        (HERE / name).write_bytes(content.encode() if isinstance(content, str) else content)
