import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from grader.assignment.languages import languages
from grader.records import Message
from grader.reports.languages import ENGLISH, Language, fits, language_of, read_catalogue
from tests.catalogues import LANGUAGES, catalogue_of, said_in_source, update

CODE = re.compile(r"`([^`]+)`")
NESTED = Message("In `{quantity}`: {sentence}", {"quantity": "a2", "sentence": Message("It has the opposite sign.")})


@pytest.fixture(scope="module")
def source() -> Catalog:
    if os.environ.get("GRADER_UPDATE_GOLDEN") == "1":
        for code in LANGUAGES:
            update(code)
    return said_in_source()


def templates(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if message.id:
            assert isinstance(message.id, str)
            yield message.id, str(message.string)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_all_that_is_said_and_nothing_else(code: str, source: Catalog) -> None:
    catalogue = catalogue_of(code)
    said = {english for english, _ in templates(source)}
    translated = {english for english, words in templates(catalogue) if words and not catalogue[english].fuzzy}
    assert sorted(said - translated) == [], "not translated; GRADER_UPDATE_GOLDEN=1 puts them into the catalogue"
    assert sorted(translated - said) == [], "no longer said; GRADER_UPDATE_GOLDEN=1 takes them out of the catalogue"
    assert not catalogue.obsolete


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_has_the_same_gaps_and_code_and_no_figure_of_its_own(code: str) -> None:
    for english, translated in templates(catalogue_of(code)):
        assert fits(english, translated), english
        assert sorted(CODE.findall(translated)) == sorted(CODE.findall(english)), english
        assert set(re.findall(r"\d", translated)) <= set(re.findall(r"\d", english)), english


def test_every_catalogue_is_a_language_that_an_author_can_ask_for() -> None:
    assert languages() == (ENGLISH, *LANGUAGES)


def test_a_message_is_said_in_a_language_with_all_that_is_in_it() -> None:
    assert language_of("ko").say(NESTED) == "`a2`에서: 부호가 반대입니다."
    assert language_of(ENGLISH).say(NESTED) == str(NESTED) == "In `a2`: It has the opposite sign."


def test_what_an_author_or_a_student_wrote_is_never_translated_nor_read_as_a_template() -> None:
    korean = language_of("ko")
    for hostile in ("It has the opposite sign.", "{sentence}", "{quantity.__class__}", "%(name)s", "{0}{", "{{}}"):
        assert korean.say(hostile) == hostile
        assert korean.say(Message("It is `{name}`.", {"name": hostile})) == f"이 값은 `{hostile}`입니다."


@pytest.mark.parametrize("code", ["xx", "", "../ko", "KO\0", "en"])
def test_what_has_no_catalogue_is_said_in_english(code: str) -> None:
    assert language_of(code).say(NESTED) == str(NESTED)


def test_a_catalogue_is_read_once() -> None:
    assert language_of("ko") is language_of("ko")


def test_a_translation_that_can_not_be_filled_gives_way_to_the_english(tmp_path: Path) -> None:
    bad = {"It is `{name}`.": "{nom}", "Feedback for %(name)s": "%(name)s 100 %", "Marks": "Notes"}
    entries = (f'msgid "{english}"\nmsgstr "{words}"\n' for english, words in bad.items())
    (tmp_path / "fr.po").write_text("\n".join(entries) + '\n#, fuzzy\nmsgid "Task"\nmsgstr "Devoir"\n')
    french = Language("fr", read_catalogue(tmp_path / "fr.po"))
    assert french.say(Message("It is `{name}`.", {"name": "a2"})) == "It is `a2`."
    assert french.gettext("Feedback for %(name)s") == "Feedback for %(name)s"
    assert [french.gettext("Marks"), french.gettext("Task")] == ["Notes", "Task"]


@pytest.mark.parametrize(("code", "told"), [("en", "Cell 7, cell 8"), ("ko", "7번 셀, 8번 셀")])
def test_cells_are_found_in_a_sentence_of_any_language(code: str, told: str) -> None:
    assert language_of(code).cell.findall(told) == ["7", "8"]
