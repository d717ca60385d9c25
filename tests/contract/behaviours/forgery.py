"""Messages that a student's code makes up: the worst that comes of them is its own execution's end."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import BEHAVIOURS, HASTY, Behaviour, behaviour
from tests.contract.behaviours.reading import capture, places, scalar, statuses, text

on_kernel = partial(behaviour, engines=("kernel",))


@on_kernel(
    "k = get_ipython().kernel\n"
    "parent = k.get_parent()\n"
    "send = lambda kind, content: k.session.send(k.iopub_socket, kind, content, parent=parent)\n"
    "send('stream', {})\nsend('stream', {'name': 7, 'text': {'a': 1}})\nsend('display_data', {'data': [1]})\n"
    "send('error', {'ename': [], 'evalue': 1, 'traceback': 'x'})\nsend('no_such_kind', {'a': 1})\n"
    "send('update_display_data', {'transient': {'display_id': 'x'}, 'data': {}})\nsend('clear_output', {'wait': 1});",
    "x = 1",
    captures={1: "x"},
)
def forged_messages_do_no_harm(execution: Execution) -> None:
    assert execution.status == "completed", execution
    assert scalar(execution, "x") == 1


@on_kernel(
    "x = 1",
    "k = get_ipython().kernel\nk.session.key = b'other'\nprint('unsigned')",
    "y = 2",
    captures={2: "x"},
)
def messages_that_no_kernel_sends_end_the_process_not_the_grader(execution: Execution) -> None:
    assert execution.status == "died", execution
    assert "messages" in execution.reason
    assert (scalar(execution, "x"), capture(execution, "x").place) == (1, "last")


# Each message that the grader waits for, in a form that no kernel gives it

FORGE = (
    "s = get_ipython().kernel.session; send = s.send\n"
    "def forged(stream, msg, content=None, *a, **k):\n"
    "    if msg == {kind!r}: content = {content}\n"
    "    return send(stream, msg, content, *a, **k)\n"
    "print('before'); s.send = forged"
)


def died_of_its_messages(execution: Execution) -> None:
    assert execution.status == "died", execution
    assert execution.reason == "The process sent messages that no kernel sends, and was ended."
    assert "died" in statuses(execution)
    assert statuses(execution)[-1] == "not-run"
    assert text(execution, 1) == "before\n"
    assert scalar(execution, "x", 0) == 1


for _name, _code in {
    "a_forged_reply": FORGE.format(kind="execute_reply", content="b'[1]'"),
    "a_forged_reply_without_a_status": FORGE.format(kind="execute_reply", content="{}"),
    "a_forged_status": FORGE.format(kind="status", content="b'[1]'"),
    "a_forged_answer_to_whether_it_lives": FORGE.format(
        kind="kernel_info_reply", content="{'protocol_version': 5, 'status': 'ok'}"
    )
    + "\nwhile True: pass",
    "a_forged_answer_with_values": (
        "k = get_ipython().kernel\nprint('before')\n"
        "k.shell_handlers['grader_capture_request'] = lambda stream, ident, request: "
        "k.session.send(stream, 'grader_capture_request_reply', b'[1]', request, ident=ident)"
    ),
}.items():
    BEHAVIOURS.append(
        Behaviour(
            name=_name + "_ends_the_process_and_keeps_what_was_reached",
            theme="forgery",
            cells=("x = 1", _code, "y = 2"),
            captures={0: "x", 2: "x y"},
            check=died_of_its_messages,
            limits=HASTY,
            engines=("kernel",),
        )
    )


# By any engine's wire


@behaviour(
    "x = 1",
    "import os\nfor descriptor in range(3, 256):\n"
    "    for junk in (b'\\xff' * 64, b'{\"captures\": []}', (2**62).to_bytes(8, 'little')):\n"
    "        try:\n            os.set_blocking(descriptor, False)\n            os.write(descriptor, junk)\n"
    "        except OSError: pass",
    "y = 2",
    captures={0: "x", 2: "x y"},
    limits=HASTY,
    repeatable=False,
)
def junk_on_every_descriptor_harms_none_but_its_writer(execution: Execution) -> None:
    assert execution.status in ("died", "timeout", "completed", "error"), execution
    assert ("x", 0, "end") in places(execution)
    assert scalar(execution, "x", 0) == 1


@behaviour(
    "x = 1",
    "import os\nos.closerange(3, 256)",
    "y = 2",
    captures={0: "x", 2: "x y"},
    limits=HASTY,
    repeatable=False,
)
def a_process_that_closes_every_descriptor_keeps_what_was_reached(execution: Execution) -> None:
    assert execution.status in ("died", "timeout"), execution
    assert statuses(execution)[0] == "ok"
    assert scalar(execution, "x", 0) == 1
