"""The pages in a real chromium: nothing of a student's runs, is fetched or hides ours; ours work."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from grader.records import Cell, Evidence, Flag, Found, Grade, Notebook, Output, Result, Student, WrongValue
from grader.reports import feedback_page
from tests import browser
from tests.large_class import large_class, sample
from tests.unit.reports.sample_results import ABSENT, CLASS, RESULT, SPEC, class_html, with_outputs

pytestmark = pytest.mark.browser

ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]

ATTACKS = (
    "<script>window.hacked = 1; alert(1)</script>",
    "<img src=x onerror='window.hacked = 1; alert(1)'>",
    "<img src='https://evil.example/pixel.png' alt='pixel'>",
    "<svg onload='window.hacked = 1'><script>window.hacked = 1</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<style>@import url('https://evil.example/a.css'); * { display: none !important }</style>",
    "<link rel=stylesheet href='https://evil.example/a.css'><base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<iframe src='https://evil.example/'></iframe><object data='https://evil.example/'></object>",
    "<iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>",
    "<a href='javascript:window.hacked = 1' id=js-link>press</a>",
    "<a href='jav&#x09;ascript:window.hacked = 1'>press</a>",
    "<form action='https://evil.example/'><input autofocus onfocus='window.hacked = 1'><button>Send</button></form>",
    "<video autoplay src='https://evil.example/v.mp4'></video><audio src='https://evil.example/a.mp3'></audio>",
    "<div style='position:fixed;inset:0;background:url(https://evil.example/x)'>cover</div>",
    "<div id=marks class=total>20 of 20</div><h1>20 of 20</h1>",
    "</div></section></main></body></html><!-- <plaintext>",
    "<table><tr><td><b><i><u>never closed",
    "<textarea><title><noscript><xmp>",
    "[press](javascript:window.hacked=1) ![x](https://evil.example/md.png) <https://evil.example>",
    "\x1b[31m\x1b[2J\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07\x00\x08\x7f\u202eesrever\u2066",
)


@pytest.fixture(scope="module")
def large() -> str:
    """The page of a class of 120."""
    return class_html(large_class(), sample().spec)


def hostile() -> Result:
    """A hand-in in which everything that its student chose is an attack."""
    everything = "\n".join(ATTACKS)
    outputs = tuple(
        output
        for attack in ATTACKS
        for output in (
            Output(kind="stream", text=attack),
            Output(kind="display", text=attack, data={"text/html": attack}),
            Output(kind="display", data={"text/markdown": attack, "image/png": attack}),
            Output(kind="result", data={"image/svg+xml": attack, "text/latex": attack, "text/javascript": attack}),
            Output(kind="error", error_name=attack, error_message=attack, traceback=(attack,)),
        )
    )
    cells = (
        *(Cell(index=index, kind="markdown", source=attack) for index, attack in enumerate(ATTACKS)),
        Cell(index=len(ATTACKS), kind="code", source=everything),
        Cell(index=len(ATTACKS) + 1, kind="code", source="print('x' * 10)"),
        Cell(index=len(ATTACKS) + 2, kind="raw", source=everything),
    )
    long = Output(kind="stream", text="\n".join(f"line {number}" for number in range(10_000)))
    ran = with_outputs(*outputs).execution.cells[1]
    runs = (
        replace(ran, index=len(ATTACKS), outputs=outputs, status="error"),
        replace(ran, index=len(ATTACKS) + 1, outputs=(long,)),
    )
    check = replace(
        RESULT.grade.checks[1],
        found=Found(kind="other-name", name=everything, cell=3),
        detail=everything,
    )
    task = replace(RESULT.grade.tasks[0], checks=(check,))
    return replace(
        RESULT,
        submission=replace(RESULT.submission, student=Student(id=everything, name=everything), slug="mallory"),
        notebook=Notebook(cells=cells),
        executions=(replace(RESULT.execution, cells=runs, reason=everything),),
        grade=replace(
            RESULT.grade,
            tasks=(task, *RESULT.grade.tasks[1:]),
            flags=(Flag(code="stale-output", message=everything), Flag(code=everything, message=everything)),
        ),
    )


@dataclass
class Visit:
    """A page that was opened, and all that happened in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        """Note a dialog, and close it, so that the page goes on."""
        self.events.append(f"dialog {dialog.message}")
        dialog.dismiss()


Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = browser.find()
    if path is None:
        reason = "No chromium was found; install one, or name it in GRADER_BROWSER."
        if browser.REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    contexts = []

    def opened(html: str, **options: object) -> Visit:
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        seen = Visit(page=context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("dialog", seen.dismiss)
        seen.page.on("console", lambda message: seen.events.append(told(message)))
        seen.page.on("pageerror", lambda error: seen.events.append(f"error {error}"))
        context.on("page", lambda page: seen.events.append(f"window {page.url}"))
        seen.page.goto(file.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()


def told(message: ConsoleMessage) -> str:
    return f"console {message.type} {message.text}"


def assert_nothing_happened(seen: Visit) -> None:
    seen.page.wait_for_timeout(300)
    assert seen.events == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [seen.page.url]
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.url.endswith("/page.html")


@pytest.mark.parametrize("reveal", ["values", "places", "marks"])
def test_a_hostile_hand_in_runs_nothing_and_fetches_nothing(visit: Open, reveal: str) -> None:
    seen = visit(feedback_page(hostile(), SPEC, reveal))  # type: ignore[arg-type]

    assert_nothing_happened(seen)


def test_our_own_marks_headings_and_links_survive_a_hostile_hand_in(visit: Open) -> None:
    page = visit(feedback_page(hostile(), SPEC, "places")).page

    assert page.locator("h1").count() == 1
    assert page.locator("h2").all_text_contents() == [
        *("Marks", "Task 1: Forward pass 0 of 2", "Task 2: Backward pass 1.5 of 8 so far"),
        *("Worth a look", "How it ran", "Your notebook, as it ran"),
    ]
    assert page.locator("#marks + .total").text_content() == "1.5 of 10 so far, 2 to be marked by hand"
    assert page.locator("#marks").count() == 1
    assert page.locator(".total").count() == 1
    assert page.locator(".cell").count() == len(ATTACKS) + 3
    assert page.locator(".cell .cell").count() == 0
    assert page.locator("main .cell").count() == len(ATTACKS) + 3
    assert page.locator("#marks + .total").is_visible()
    page.locator('a[href="#cell-3"]').first.click()
    assert page.evaluate("document.querySelector(':target').id") == "cell-3"


def test_pressing_everything_that_a_student_made_runs_nothing(visit: Open) -> None:
    seen = visit(feedback_page(hostile(), SPEC, "places"))
    links = seen.page.locator(".notebook a")

    for link in links.all():
        if not re.match("https?://|mailto:", link.get_attribute("href") or ""):
            link.evaluate("element => element.click()")
    assert_nothing_happened(seen)
    assert (
        seen.page.locator(
            "form, button, input, iframe, svg:not(.bar, .heat svg, .following svg), style + style"
        ).count()
        == 0
    )


def test_a_hostile_class_runs_nothing_but_our_own_script(visit: Open) -> None:
    seen = visit(class_html([*CLASS, hostile()], SPEC, [hostile().submission.student]))

    assert_nothing_happened(seen)
    assert seen.page.locator("table.students tbody tr").count() == 5
    assert seen.page.locator("#count").text_content() == "5 of 5 shown"


def test_the_class_sorts_by_every_column(visit: Open) -> None:
    page = visit(class_html(CLASS, SPEC, ABSENT)).page
    students = page.locator("table.students tbody th")
    points = page.get_by_role("button", name="Points", exact=True)

    points.click()
    assert students.all_text_contents()[-1] == "ada"
    assert page.locator("th[aria-sort]").all_text_contents() == ["Points"]
    points.click()
    assert students.all_text_contents()[:2] == ["ada", "bea"]
    page.get_by_role("button", name="Name", exact=True).click()
    assert students.all_text_contents() == ["bea", "ada", "cy", "dan"]
    for button in page.locator("table.students thead button").all():
        button.click()
        assert page.locator("th[aria-sort=ascending]").count() == 1


def test_the_class_is_filtered_by_text_status_and_flag(visit: Open) -> None:
    page = visit(class_html(CLASS, SPEC, ABSENT)).page
    shown = page.locator("table.students tbody tr:visible th")

    page.get_by_label("Find").fill("LOVELACE")
    assert shown.all_text_contents() == ["ada"]
    page.get_by_label("Find").fill("")
    page.get_by_label("Status").select_option("rejected")
    assert shown.all_text_contents() == ["bea"]
    page.get_by_label("Status").select_option("")
    page.get_by_label("Flag").select_option("similar")
    assert shown.all_text_contents() == ["ada"]
    assert page.locator("#count").text_content() == "1 of 4 shown"


@pytest.mark.parametrize("typed", ["Diaz", "díaz", "Di\u0301az"])
def test_a_name_is_found_with_its_accents_or_without(visit: Open, typed: str) -> None:
    accented = replace(RESULT, submission=replace(RESULT.submission, student=Student(id="ines", name="Inés Díaz")))
    page = visit(class_html([*CLASS, accented], SPEC)).page

    page.get_by_label("Find").fill(typed)
    assert page.locator("table.students tbody tr:visible th").all_text_contents() == ["ines"]


def test_the_class_can_be_read_without_script(visit: Open) -> None:
    page = visit(class_html(CLASS, SPEC, ABSENT), java_script_enabled=False).page

    assert page.locator("table.students tbody tr:visible").count() == 4
    assert not page.get_by_label("Find").is_visible()


@pytest.mark.parametrize("width", [420, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_large_class_can_be_looked_at_on_any_screen(visit: Open, large: str, width: int, scheme: str) -> None:
    seen = visit(large, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = seen.page

    assert_nothing_happened(seen)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for chart in page.locator(".chart [role=img]").all():
        box, drawing = chart.bounding_box(), chart.locator("svg").bounding_box()
        assert box is not None
        assert drawing is not None
        assert 100 < drawing["height"] < 900
        assert drawing["width"] <= box["width"]
        for text in chart.locator("text").all():
            inside = text.bounding_box()
            assert inside is not None
            assert inside["x"] >= box["x"] - 1
            assert inside["x"] + inside["width"] <= box["x"] + box["width"] + 1
    painted = page.locator(".chart path").first.evaluate("element => getComputedStyle(element).fill")
    assert painted == {"light": "rgb(29, 85, 184)", "dark": "rgb(138, 180, 248)"}[scheme]


@pytest.mark.parametrize("width", [390, 1100])
def test_long_and_hostile_names_and_values_widen_no_page(visit: Open, width: int) -> None:
    known = WrongValue(kind="k", size=1.0, sums=(0.5, 0.5), shown="9" * 90, settled=True)
    check = replace(RESULT.grade.checks[1], wrong_value=known, diagnoses=RESULT.grade.checks[1].diagnoses[:1])
    task = replace(RESULT.grade.tasks[0], checks=(check,))
    each = replace(hostile(), grade=Grade(tasks=(task,), flags=RESULT.grade.flags))
    many = [
        replace(
            each,
            submission=replace(each.submission, student=Student(id=f"{number}{'w' * 300}"), slug=f"{number}"),
            executions=(replace(RESULT.execution),),
        )
        for number in range(8)
    ]
    seen = visit(class_html([*many, hostile()], SPEC), viewport={"width": width, "height": 900})

    assert_nothing_happened(seen)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.locator(".stacked").count() == 3


def test_what_charts_show_is_there_for_those_who_hear_it(visit: Open, large: str) -> None:
    page = visit(large).page
    first, second = page.get_by_role("img").all()

    assert [page.get_by_role("img", name=name).count() for name in ("Distribution", "Verdicts")] == [1, 1]
    said = "loss.numpy: 70 correct, 18 follows through, 32 not right."
    for chart, words in ((first, "90 to 100 percent: 75."), (second, said)):
        text = page.locator(f"#{chart.get_attribute('aria-describedby')}").text_content()
        assert words in " ".join((text or "").split())


def test_a_large_class_prints(visit: Open, large: str) -> None:
    page = visit(large).page

    page.emulate_media(media="print")
    assert page.locator(".chart svg").first.is_visible()
    assert page.locator("#filters").is_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_values_that_two_share_are_one_press_away(visit: Open, large: str) -> None:
    page = visit(large).page

    assert page.locator(".pairs li li").first.is_hidden()
    page.get_by_text("The values that they share").click()
    assert page.locator(".pairs li li").first.is_visible()
    assert page.locator(".pairs a").first.get_attribute("href") == "feedback/s017.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("html", [feedback_page(hostile(), SPEC, "values"), class_html(CLASS, SPEC, ABSENT)])
def test_a_page_fits_a_telephone(visit: Open, html: str, scheme: str) -> None:
    page = visit(html, viewport={"width": 390, "height": 800}, color_scheme=scheme).page

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def with_wrong_array(shape: tuple[int, ...]) -> Result:
    """A hand-in with an array of which every element is wrong, and as wide as numbers get."""
    texts = tuple(f"-{number}.23456789e-300" for number in range(math.prod(shape)))
    evidence = Evidence(shape=shape, found=texts, expected=texts, wrong=(True,) * len(texts))
    check = replace(RESULT.grade.checks[1], evidence=evidence)
    return replace(RESULT, grade=Grade(tasks=(replace(RESULT.grade.tasks[0], checks=(check,)),)))


@pytest.mark.parametrize(
    "result",
    [*CLASS, with_wrong_array((2, 4)), with_wrong_array((12,)), with_wrong_array((5, 40))],
    ids=["mixed", "rejected", "fault", "2x4", "12", "5x40"],
)
def test_feedback_never_scrolls_sideways_on_a_telephone(visit: Open, result: Result) -> None:
    page = visit(feedback_page(result, SPEC, "values"), viewport={"width": 390, "height": 800}).page

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_page_of_the_sample_class_scrolls_sideways_on_a_telephone(
    visit: Open, sample_class: tuple[Path, CompletedProcess[str]]
) -> None:
    out, process = sample_class
    pages = [out / "index.html", *sorted(out.glob("feedback/*.html"))]
    widths = {}
    for file in pages:
        page = visit(file.read_text(encoding="utf-8"), viewport={"width": 390, "height": 800}).page
        widths[file.name] = page.evaluate("document.documentElement.scrollWidth")

    assert len(pages) > 20, process.stderr
    assert {name: width for name, width in widths.items() if width > 390} == {}


def test_keys_reach_the_content_and_show_where_they_are(visit: Open) -> None:
    page = visit(feedback_page(RESULT, SPEC, "places")).page

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


@pytest.mark.parametrize(
    "html", [feedback_page(RESULT, SPEC, "places"), class_html(CLASS, SPEC, ABSENT)], ids=["feedback", "class"]
)
def test_a_page_speaks_to_those_who_hear_it(visit: Open, html: str) -> None:
    page = visit(html).page

    assert page.locator("main").count() == page.locator("header").count() == page.locator("h1").count() == 1
    for control in page.locator("input:visible, select:visible, button:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 24
        assert control.evaluate("element => element.labels?.length || element.textContent.trim().length") > 0
    assert page.locator("img:not([alt])").count() == 0
    assert page.locator("table:not(:has(caption)):not(.rich table)").count() == 0
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_page_prints(visit: Open, tmp_path: Path) -> None:
    page = visit(feedback_page(RESULT, SPEC, "places")).page

    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("#marks + .total").is_visible()
    assert not page.locator(".skip").is_visible()
