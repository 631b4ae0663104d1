"""A writer of small PDF files: lines of text and rules on A4 pages."""

from __future__ import annotations

PAGE = (595, 842)
REGULAR, BOLD = "F1", "F2"
FONTS = {REGULAR: "Helvetica", BOLD: "Helvetica-Bold"}
FIRST_FREE = 5  # objects 1 to 4 are the catalog, the page tree and the two fonts
# Helvetica's own widths of the characters from space to tilde, in thousandths of the size.
WIDTHS = (
    (278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278)
    + (556,) * 10
    + (278, 278, 584, 584, 584, 556, 1015)
    + (667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833)
    + (722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611)
    + (278, 278, 278, 469, 556, 333)
    + (556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833)
    + (556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500)
    + (334, 260, 334, 584)
)


class Document:
    """Pages to draw on; the origin is the lower left corner, as in PDF itself."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.pages: list[list[str]] = []

    def new_page(self) -> None:
        self.pages.append([])

    def text(self, x: float, y: float, text: str, size: float = 10, font: str = REGULAR) -> None:
        """Write from a point to the right."""
        self._draw(f"BT /{font} {size} Tf {x:.2f} {y:.2f} Td ({_escaped(text)}) Tj ET")

    def text_to(self, x: float, y: float, text: str, size: float = 10) -> None:
        """Write so that the text ends at a point."""
        self.text(x - width(text, size), y, text, size)

    def rule(self, x: float, to: float, y: float) -> None:
        self._draw(f"0.5 w {x:.2f} {y:.2f} m {to:.2f} {y:.2f} l S")

    def _draw(self, command: str) -> None:
        self.pages[-1].append(command)

    def render(self) -> bytes:
        """Return the file."""
        objects = self._objects()
        out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, content in enumerate(objects, start=1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        count = len(objects) + 1
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (count, len(objects))
        out += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(out)

    def _objects(self) -> list[bytes]:
        """Return the file's objects; object n is at place n - 1."""
        kids = " ".join(f"{FIRST_FREE + 2 * place} 0 R" for place in range(len(self.pages)))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            *(_font(name) for name in FONTS.values()),
        ]
        for place, commands in enumerate(self.pages):
            stream = "\n".join(commands).encode("cp1252")
            objects.append(_page(content=FIRST_FREE + 2 * place + 1))
            objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(f"<< /Title ({_escaped(self.title)}) >>".encode("cp1252"))
        return objects


def _page(*, content: int) -> bytes:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents {content} 0 R "
        "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
    ).encode()


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
    ).encode()


def _escaped(text: str) -> str:
    """Return text as it stands between a PDF string's brackets; what the font lacks becomes ?."""
    known = " ".join(text.split()).encode("cp1252", "replace").decode("cp1252")
    return known.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def width(text: str, size: float) -> float:
    """Return how wide a text runs in the regular font."""
    places = (ord(character) - ord(" ") for character in text)
    units = sum(WIDTHS[place] if 0 <= place < len(WIDTHS) else 556 for place in places)
    return units * size / 1000


def wrapped(text: str, size: float, limit: float) -> list[str]:
    """Break a text between words into lines no wider than a limit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) <= limit or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
