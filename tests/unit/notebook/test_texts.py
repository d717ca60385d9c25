"""Hand-ins that are text: Python scripts, Markdown, R Markdown, Quarto; and files under a name that isn't theirs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import NotebookRejected
from grader.notebook import read
from grader.notebook.reading import converting
from grader.records import Notebook
from tests.odd_files import document, dumped

PERCENT = """\
# ---
# jupyter:
#   kernelspec:
#     language: python
# ---

# %% [markdown]
# ## Task 1
# In words.

# %%
import numpy as np
# %matplotlib inline
x = np.ones(3)

# %% Task 2
y = 2 * x
"""
EXPORTED = """\
#!/usr/bin/env python
# coding: utf-8

# # Homework
#
# ## Task 1

# In[1]:


x = 1
# a remark


# ## Task 2

# In[2]:


y = 2
"""
PLAIN = """\
import numpy as np

# Task 1
x = 1
if x:
    y = 1

# inside a statement
else:
    y = 2

# Task 2
text = '''

# inside a string
'''
"""
R_MARKDOWN = """\
---
title: !!python/object/apply:os.system ["false"]
output: html_document
---

## Task 1

```{r setup}
x <- 1
```

```{python first, echo=TRUE}
x = 1
```

```{python, eval=FALSE}
raise SystemExit
```

```bash
rm -rf /
```

## Task 2

```{python}
y = 2
```
"""
QUARTO = """\
---
title: Homework
jupyter: python3
---

## Task 1

```{python}
#| echo: false
x = 1
```

```{python}
#| eval: false
raise SystemExit
```
"""
MARKDOWN = """\
# Task 1

```python
x = 1
```

````py
text = '''
```
'''
````

```
no code
```

```{python}
y = 2
```
"""


def cells(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell.kind, cell.source) for cell in notebook.cells if cell.kind != "raw"]


def code(text: str, name: str) -> list[str]:
    return [cell.source for cell in read(text.encode(), name).code_cells]


def test_a_script_whose_cells_are_marked_is_read_with_its_prose_and_titles() -> None:
    assert cells(read(PERCENT.encode(), "bo.py")) == [
        ("markdown", "## Task 1\nIn words."),
        ("code", "import numpy as np\n%matplotlib inline\nx = np.ones(3)"),
        ("markdown", "## Task 2"),
        ("code", "y = 2 * x"),
    ]


def test_an_exported_script_gets_its_prose_back() -> None:
    assert cells(read(EXPORTED.encode(), "bo.py")) == [
        ("markdown", "# Homework\n\n## Task 1"),
        ("code", "x = 1\n# a remark"),
        ("markdown", "## Task 2"),
        ("code", "y = 2"),
    ]


def test_a_plain_script_is_taken_apart_at_comments_between_its_statements() -> None:
    first, second, third = code(PLAIN, "bo.py")
    assert first == "import numpy as np"
    assert second.startswith("# Task 1")
    assert second.endswith("    y = 2")
    assert third.startswith("# Task 2")


def test_a_script_without_comments_is_one_cell() -> None:
    assert code("x = 1\n\ny = 2\n", "bo.py") == ["x = 1\n\ny = 2"]


def test_a_script_that_does_not_parse_loses_no_more_than_the_cell_that_is_wrong() -> None:
    assert code("x = (1\n\n# Task 2\ny = 2\n", "bo.py") == ["x = (1", "# Task 2\ny = 2"]


def test_only_python_that_is_to_be_run_is_code_in_r_markdown() -> None:
    notebook = read(R_MARKDOWN.encode(), "bo.Rmd")
    assert [cell.source for cell in notebook.code_cells] == ["x = 1", "y = 2"]
    assert any("rm -rf /" in cell.source and cell.kind == "markdown" for cell in notebook.cells)
    assert "```{r setup}" in "".join(cell.source for cell in notebook.cells)


def test_only_python_that_is_to_be_run_is_code_in_quarto() -> None:
    assert code(QUARTO, "bo.qmd") == ["#| echo: false\nx = 1"]


def test_blocks_of_python_are_code_in_markdown_however_they_are_fenced() -> None:
    assert code(MARKDOWN, "bo.md") == ["x = 1", "text = '''\n```\n'''", "y = 2"]


def test_front_matter_is_kept_as_text() -> None:
    first = read(R_MARKDOWN.encode(), "bo.Rmd").cells[0]
    assert first.kind == "raw"
    assert "os.system" in first.source


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("# Notes\n\nNothing else.\n", "bo.md", "no Python"),
        ("# Notes\n\n```{r}\nx <- 1\n```\n", "bo.Rmd", "no Python"),
        ("<!DOCTYPE html>\n<html></html>", "bo.py", "web page"),
        ("x = 1\n<<<<<<< HEAD\nx = 2\n>>>>>>> main\n", "bo.py", "merge conflict"),
        ("%PDF-1.7\n", "bo.py", "PDF"),
        ("# only words\n", "bo.txt", "Markdown"),
        ("\x01\x02\x03\x04" * 20, "bo.py", "binary"),
    ],
)
def test_what_has_no_code_is_rejected_with_the_reason(text: str, name: str, words: str) -> None:
    with pytest.raises(NotebookRejected, match=words):
        read(text.encode(), name)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (dumped(document()), "bo.py", "a notebook, though its name ends in .py"),
        (dumped(document()), "bo.txt", "a notebook, though its name ends in .txt"),
        (b"import math\nx = 1\n", "bo.ipynb", "a Python script, though its name ends in .ipynb"),
        (PERCENT.encode(), "bo.txt", "a Python script, though its name ends in .txt"),
        (MARKDOWN.encode(), "bo.ipynb", "a Markdown document, though its name ends in .ipynb"),
    ],
)
def test_a_file_under_another_name_is_read_for_what_it_is(data: bytes, name: str, words: str) -> None:
    notebook = read(data, name)
    assert notebook.code_cells
    assert any(words in repair for repair in notebook.repairs)


@pytest.mark.parametrize(("text", "name"), [(PERCENT, "bo.py"), (MARKDOWN, "bo.md"), (EXPORTED, "bo.py")])
def test_reading_twice_gives_the_same_without_a_repair(text: str, name: str) -> None:
    assert read(text.encode(), name) == read(text.encode(), name)
    assert read(text.encode(), name).repairs == ()


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    odd = b"\xef\xbb\xbf" + PERCENT.replace("\n", "\r\n").encode()
    assert cells(read(odd, "bo.py")) == cells(read(PERCENT.encode(), "bo.py"))


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * (converting.LINES + 1),
        "#" + "x" * converting.TEXT_CHARACTERS,
        "```\n" * (converting.FENCES + 1),
        "# %%\nx = 1\n" * (converting.LINES // 2 + 1),
    ],
    ids=["lines", "characters", "fences", "cells"],
)
def test_what_is_too_long_is_rejected(text: str) -> None:
    for name in ("bo.py", "bo.md"):
        with pytest.raises(NotebookRejected):
            read(text.encode(), name)


@pytest.mark.parametrize(
    "text",
    [
        "# %% [markdown]\n" + "# ```\n# ~~~python\n" * 490,
        "# %% " + "[" * 1_000_000,
        "# %% " + '{"a":' * 100_000,
        pytest.param("# %%\n" * 9_000, marks=pytest.mark.soak),
        "```python\n```\n" * 490,
        "```{python " + "x," * 500_000 + "}\nx = 1\n```\n",
        "<!-- #region " + "x=" * 100_000 + " -->\n```python\nx = 1\n```",
        "---\n" + "a: &a [*a, *a]\n" * 9_000 + "---\n```python\nx = 1\n```",
        "# ---\n" + "# a: &a [*a]\n" * 9_000 + "# ---\n# %%\nx = 1",
        "#" * 1_900_000,
        "# # # # " * 200_000,
        " " * 1_900_000 + "x",
        "\n\n" * 9_000 + "# %%",
        pytest.param("# In[1]:\n" * 9_000, marks=pytest.mark.soak),
        "#\n\n" * 9_000 + "# In[1]:\n",
        "% " * 900_000,
    ],
    ids=range(16),
)
def test_hostile_text_is_read_or_rejected_within_seconds(text: str) -> None:
    begun = time.process_time()
    for name in ("bo.py", "bo.md", "bo.ipynb"):
        _read_or_reject(text, name)
    assert time.process_time() - begun < 20


LINES = st.sampled_from(
    ["# %%", "# %% [markdown]", "# %% [raw] title", "```python", "```{r}", "```", "~~~", "---", "# ---", "# +", "# -"]
) | st.sampled_from(
    ["# In[1]:", "'''", "<!-- #region -->", "<!-- #endregion -->", "%%bash", "!ls", "", " ", "    y", "x?"]
)


@given(
    st.lists(LINES | st.text(max_size=20), max_size=30), st.sampled_from([".py", ".md", ".Rmd", ".qmd", ".ipynb", ""])
)
def test_any_lines_are_read_or_rejected(lines: list[str], suffix: str) -> None:
    _read_or_reject("\n".join(lines), "bo" + suffix)


def _read_or_reject(text: str, name: str) -> None:
    try:
        notebook = read(text.encode("utf-8", "surrogatepass"), name)
    except NotebookRejected:
        return
    assert all("\x00" not in cell.source for cell in notebook.cells)
    assert not any(cell.source.startswith(("%%R", "%%r")) for cell in notebook.code_cells)
