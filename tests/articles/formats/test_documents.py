from __future__ import annotations

import base64
import io
import zipfile

import pypdf
import pytest

from tests.articles.formats.conftest import Read, claims, page, story
from tests.articles.formats.test_archives import zipped

MHTML = """From: <Saved by Blink>\r
Snapshot-Content-Location: https://daily.example/bridge\r
Subject: =?utf-8?Q?Bridge_reopens_=E2=80=93_The_Daily?=\r
Date: Mon, 2 Mar 2026 23:30:00 -0500\r
MIME-Version: 1.0\r
Content-Type: multipart/related;\r
\ttype="text/html";\r
\tboundary="----Boundary--abc----"\r
\r
------Boundary--abc----\r
Content-Type: text/html\r
Content-Transfer-Encoding: base64\r
Content-Location: https://daily.example/bridge\r
\r
{body}\r
------Boundary--abc----\r
Content-Type: text/css\r
\r
p{{}}\r
------Boundary--abc------\r
"""


def test_mhtml(read: Read) -> None:
    body = base64.encodebytes(page(["Café " + text for text in story()]).encode()).decode()
    (article,), skipped = read("a.mhtml", MHTML.format(body=body).encode())
    assert article.text.count("Café") == 4
    assert claims(article, "url") == "https://daily.example/bridge"
    assert "Bridge reopens – The Daily" in [each.value for each in article.claims]
    assert "2 Mar 2026" not in str(article.claims)  # when it was saved
    assert not skipped


@pytest.mark.parametrize(
    "data",
    [
        b"Only words.",
        MHTML.format(body="").encode()[:300],
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3000)),
    ],
)
def test_mhtml_without_a_page_is_skipped(read: Read, data: bytes) -> None:
    articles, (skipped,) = read("a.mht", data)
    assert not articles
    assert skipped.location.endswith("a.mht")


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, head: str = "") -> bytes:
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "word/document.xml": f"{head}<w:document {WORD}><w:body>{body}</w:body></w:document>".encode(),
            "docProps/core.xml": b'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Bridge</dc:title></c>',
        }
    )


BODY = (
    "<w:p><w:r><w:t>Title line</w:t></w:r></w:p><w:p/>"
    "<w:p><w:r><w:t>First </w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText>"
    "</w:r></w:del><w:r><w:br/><w:t>line.</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cell.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


@pytest.mark.parametrize("name", ["a.docx", "a.bin"])
def test_docx(read: Read, name: str) -> None:
    (article,), skipped = read(name, docx(BODY))
    assert article.text == "Title line\n\nFirst new line.\n\nCell."
    assert [(each.field, each.value, each.confidence) for each in article.claims] == [("title", "Bridge", 0.3)]
    assert not skipped


def test_docx_inside_a_zip(read: Read) -> None:
    (article,), _ = read("a.zip", zipped({"x/a.docx": docx(BODY)}))
    assert article.fragment == "x/a.docx"


def test_bad_docx_is_skipped(read: Read) -> None:
    entity = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
    for data in (
        b"PK\3\4xxxx",
        docx(BODY)[:-40],
        zipped({"word/other.xml": b"x"}),
        docx("<w:p>"),
        docx("<w:p><w:r><w:t>" + "A" * 30_000_000 + "</w:t></w:r></w:p>"),
        docx("<w:x>" * 5000),
        docx("<w:p><w:r><w:t>" + "&a;" * 5000 + "</w:t></w:r></w:p>", entity),
        docx("<w:p/>"),
    ):
        articles, (skipped,) = read("a.docx", data)
        assert not articles, skipped


def pdf(lines: list[tuple[int, str]], title: str = "") -> bytes:
    """One page of lines at given heights, in Helvetica."""
    writer = pypdf.PdfWriter()
    sheet = writer.add_blank_page(600, 800)
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    content = DecodedStreamObject()
    content.set_data("".join(f"BT /F1 12 Tf 1 0 0 1 50 {y} Tm ({text}) Tj ET\n" for y, text in lines).encode())
    font = DictionaryObject(
        {
            NameObject(k): NameObject(v)
            for k, v in (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))
        }
    )
    sheet[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    sheet[NameObject("/Contents")] = writer._add_object(content)
    writer.add_metadata({"/Title": title, "/CreationDate": "D:20260302233000Z"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


LINES = [
    (700, "The harbour bridge re-"),
    (686, "opened on Monday."),
    (672, "Traffic flowed."),
    (640, "A second"),
    (626, "paragraph."),
]


def test_pdf(read: Read) -> None:
    (article,), skipped = read("a.pdf", pdf(LINES, "Bridge"))
    assert article.text == "The harbour bridge reopened on Monday. Traffic flowed.\n\nA second paragraph."
    assert [(each.field, each.value) for each in article.claims] == [("title", "Bridge")]
    assert not skipped


def test_bad_pdf_is_skipped(read: Read) -> None:
    whole = pdf(LINES)
    for data in (b"Only words.", b"%PDF-1.4\ngarbage", whole[:200], pdf([])):
        articles, (skipped,) = read("a.pdf", data)
        assert not articles
        assert skipped.location.endswith("a.pdf")


def test_a_zip_of_everything_is_read_whole(read: Read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.pdf", pdf(LINES))
        archive.writestr("b.docx", docx(BODY))
        archive.writestr("c.html", page(story()))
        archive.writestr("d.csv", "text\nRow one.\n")
    articles, skipped = read("x.zip", out.getvalue())
    assert [article.fragment for article in articles] == ["a.pdf", "b.docx", "c.html", "d.csv!1"]
    assert not skipped
