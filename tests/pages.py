"""Saved pages that several folders of tests index."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

HARBOUR = (
    "The regional council voted on Tuesday to close the harbour road for repairs that will last until spring.",
    "Engineers said that the concrete under the eastern lane had cracked after three winters of heavy frost.",
    "Ferries will carry lorries across the bay meanwhile, and the port expects delays of up to two hours a day.",
    "Mayor Anita Solberg asked residents to use the northern bridge, which has room for twice the present traffic.",
)
JAPANESE = (
    "金杉憲治氏がシンガポールの連絡チームを率いると外務省が金曜日に発表した。",
    "チームは来週、現地に派遣される予定で、会談の準備を進める。",
    "外相は記者団に対し、緊密に連携していく考えを示した。",
)
SPANISH = (
    "La ministra de Hacienda, María Jesús Montero, presentó el martes los presupuestos ante el Congreso.",
    "El gasto en sanidad aumentará un siete por ciento, según explicó la ministra durante su intervención.",
    "La oposición criticó las cuentas y anunció que votará en contra de todas ellas la semana que viene.",
)


def page(title: str, source: str, published: str, paragraphs: Sequence[str], language: str = "") -> str:
    """A web page with what is known in its head; an empty value is left out."""
    claims = {"og:title": title, "og:site_name": source, "article:published_time": published}
    head = "".join(f'<meta property="{name}" content="{escape(said)}">' for name, said in claims.items() if said)
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    heading = f"<h1>{escape(title)}</h1>" if title else ""
    attribute = f' lang="{language}"' if language else ""
    head = f'<meta charset="utf-8">{head}'
    return f"<html{attribute}><head>{head}</head><body><article>{heading}{body}</article></body></html>"
