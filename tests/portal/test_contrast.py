"""Contrast as WCAG counts it, against its published examples."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st

from portal.contrast import BLACK, TEXT, WHITE, contrast, ink_on, luminance, mixed, readable

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
# https://webaim.org/resources/contrastchecker and WCAG's own techniques, G17 and G18.
PUBLISHED = (
    ("#000000", "#ffffff", 21.0),
    ("#ffffff", "#ffffff", 1.0),
    ("#767676", "#ffffff", 4.54),
    ("#777777", "#ffffff", 4.48),
    ("#0000ff", "#ffffff", 8.59),
    ("#ff0000", "#ffffff", 4.0),
    ("#949494", "#ffffff", 3.03),
    ("#595959", "#ffffff", 7.0),
)


def test_it_is_what_is_published() -> None:
    for one, other, ratio in PUBLISHED:
        assert round(contrast(one, other), 2) == ratio
        assert contrast(one, other) == contrast(other, one)


def test_luminance_goes_from_black_to_white() -> None:
    assert (luminance(BLACK), round(luminance(WHITE), 6)) == (0.0, 1.0)
    assert round(luminance("#ff0000"), 4) == 0.2126


@hypothesis.given(COLOURS)
def test_ink_can_be_read_on_any_colour(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= TEXT


@hypothesis.given(COLOURS)
def test_any_colour_is_changed_until_it_can_be_read(colour: str) -> None:
    grounds = (WHITE, "#f6f7f9")

    found = readable(colour, grounds, BLACK)

    assert all(contrast(found, ground) >= TEXT for ground in grounds)


def test_one_that_reads_well_stays() -> None:
    assert readable("#3355cc", (WHITE,), BLACK) == "#3355cc"
    assert readable("#777777", ("#777777",), WHITE, ratio=22) == WHITE


def test_a_mixture_is_between() -> None:
    assert mixed(BLACK, WHITE, 0.5) == "#808080"
    assert mixed("#102030", WHITE, 1) == "#102030"
