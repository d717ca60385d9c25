import time
from dataclasses import replace

import pytest

from grader.records import Output, Result
from grader.reports.content import SHOWN_LINES
from grader.reports.languages import ENGLISH, language_of
from grader.reports.notebook_html import notebook_html
from tests.unit.reports.sample_results import NOTEBOOK, PIXEL, RESULT, with_cells, with_outputs


def page(result: Result) -> str:
    assert result.notebook is not None
    return str(notebook_html(result.notebook, result.execution, language_of(ENGLISH)))


def test_every_cell_has_an_anchor_by_its_index() -> None:
    html = page(RESULT)

    assert [html.count(f'id="cell-{index}"') for index in range(6)] == [1] * 6


def test_source_is_highlighted_by_classes_and_markdown_is_converted() -> None:
    html = page(RESULT)

    assert '<span class="k">import</span>' in html
    assert "<em>softmax</em>" in html
    assert "<td>1</td>" in html


def test_mathematics_stays_as_it_was_written() -> None:
    assert "$z_1 = X w_1$" in page(RESULT)
    assert "$$a_1 &lt; b^2_1$$" in page(with_cells("$$a_1 < b^2_1$$"))


def test_fresh_outputs_follow_their_cell_and_streams_are_joined() -> None:
    html = page(RESULT)

    assert "a2: [[0.13238887 0.86761113]" in html
    assert f'<img alt="Picture that cell 3 drew" src="data:image/png;base64,{PIXEL}">' in html
    assert "raised an error" in html


def test_a_result_that_is_plain_text_keeps_its_lines() -> None:
    text = "tensor([[0.1324, 0.8676],\n        [0.0145, 0.9855]])"

    assert f"<pre>{text}</pre>" in page(with_outputs(Output(kind="result", text=text)))


def test_ansi_colours_become_classes_and_never_styles() -> None:
    html = page(with_outputs(Output(kind="stream", text="\x1b[31mred\x1b[0m \x1b[38;2;1;2;3mrgb\x1b[0m \x1b[2J \x1b")))

    assert '<span class="ansi-red-fg">red</span>' in html
    assert "rgb" in html
    assert "style=" not in html
    assert "\x1b" not in html


def test_a_progress_bar_shows_its_last_state() -> None:
    html = page(with_outputs(Output(kind="stream", text="10 %\r50 %\r100 %\r\ndone\r\n")))

    assert "<pre>100 %\ndone\n</pre>" in html


def test_long_outputs_are_cut_and_that_is_said() -> None:
    html = page(with_outputs(Output(kind="stream", text="\n".join(f"line {n}" for n in range(10_000)))))

    assert "… 9,700 more lines not shown" in html
    assert "line 299\n" not in html.replace("line 299<", "")
    assert "line 300" not in html


def test_one_endless_line_and_countless_outputs_are_cut() -> None:
    many = [Output(kind="display", text=f"shown {n}") for n in range(1000)]

    assert len(page(with_outputs(Output(kind="stream", text="x" * 10**6)))) < 60_000
    assert "shown 49" in page(with_outputs(*many))
    assert "shown 50" not in page(with_outputs(*many))
    assert "… 950 more outputs not shown" in page(with_outputs(*many))


def test_html_that_shows_nothing_gives_way_to_its_text() -> None:
    output = Output(kind="display", text="Figure()", data={"text/html": "<div><script>plot()</script></div>"})

    assert "Figure()" in page(with_outputs(output))


def test_svg_is_not_shown() -> None:
    html = page(with_outputs(Output(kind="display", data={"image/svg+xml": "<svg onload=alert(1)></svg>"})))

    assert "[image/svg+xml: not shown here]" in html
    assert "onload" not in html


def test_a_picture_that_is_no_base64_is_not_shown() -> None:
    html = page(with_outputs(Output(kind="display", text="pic", data={"image/png": '"><script>alert(1)</script>'})))

    assert "<script" not in html
    assert "pic" in html


def test_an_attached_picture_is_shown() -> None:
    cells = (replace(NOTEBOOK.cells[0], source="![p](attachment:p.png)", attachments={"p.png": {"image/png": PIXEL}}),)
    result = replace(RESULT, notebook=replace(NOTEBOOK, cells=cells))

    assert f"data:image/png;base64,{PIXEL}" in page(result)


def test_markdown_that_breaks_its_converter_is_shown_as_text() -> None:
    assert "![p](attachment:none.png)" in page(with_cells("![p](attachment:none.png)"))


@pytest.mark.parametrize(
    "source",
    ["[" * 20_000, "*a **b " * 5_000, "<div>" * 15_000, "> " * 10_000, "$" * 30_000, "`" * 20_000, "![" * 10_000],
    ids=["brackets", "stars", "tags", "quotes", "dollars", "ticks", "pictures"],
)
def test_hostile_markdown_costs_seconds_at_most(source: str) -> None:
    start = time.process_time()
    page(with_cells(source))

    assert time.process_time() - start < 5


def test_a_page_takes_less_than_a_tenth_of_a_second() -> None:
    page(RESULT)
    start = time.process_time()
    page(RESULT)

    assert time.process_time() - start < 0.1


def test_a_single_line_that_was_cut_is_no_plural() -> None:
    output = Output(kind="stream", text="x\n" * (SHOWN_LINES - 1) + "y\nz")

    assert "… 1 more line not shown" in page(with_outputs(output))
