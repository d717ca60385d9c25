"""IPython's shell as a notebook's cells know it, with its outputs sent as messages."""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextvars
import fcntl
import getpass
import inspect
import io
import os
import re
import signal
import sys
import termios
import time
import zlib
from typing import Any

from IPython.core import page
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.process import system  # type: ignore[attr-defined]  # IPython exports it so
from traitlets import Instance, Type, default
from traitlets.config import Config

from .event_loop import new_event_loop
from .stream import ENDED, OUTPUT, STARTED, TEXT, Stream



def _own_transforms(manager: TransformerManager) -> tuple[int, int, int]:
    return len(manager.cleanup_transforms), len(manager.line_transforms), len(manager.token_transformers)


_TRANSFORMS = _own_transforms(TransformerManager())  # type: ignore[no-untyped-call]
_UNCLEAN = re.compile(r"\A\s|^[^\S\n]+$|>>>|\.\.\.|In ?\[|%%", re.MULTILINE).search
"""What IPython cleans cells of: indentation, prompts that were copied with the code, cell magics."""
_ESCAPED = re.compile(r"[ \t]*[,;/]").match
_BUFFERED = 1 << 14
_PIECE = 1 << 18
_TEXT_ALONE = frozenset({"text/plain"})
_DRY_SECONDS = 1.0
_FLUSH_SECONDS = 0.2
_set_handler: Any = sys.modules["_signal"].signal
"""C's own: Python's looks its arguments up in enumerations, each time."""
_INTERRUPT, _IGNORE = int(signal.SIGINT), int(signal.SIG_IGN)


class Printed(io.TextIOBase):
    """What `sys.stdout` and `sys.stderr` are: text that goes out in pieces, a little late."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, stream: Stream, number: int, name: str) -> None:
        self.name = name
        self.other: Printed | None = None
        self._send = stream.send
        self._mark = bytes((number,))
        self._number = number
        self._pieces: list[str] = []
        self._length = 0
        self._since = 0.0
        self._own_process = os.getpid
        self._process = os.getpid()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        if self.other is not None and self.other._pieces:
            self.other.flush()
        now = time.monotonic()
        if not self._pieces:
            self._since = now
        self._pieces.append(text)
        self._length += len(text)
        if self._length > _BUFFERED or now - self._since > _FLUSH_SECONDS:
            self.flush()
        return len(text)

    def flush(self, *, more: bool = False) -> None:
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces, self._length = [], 0
            if self._own_process() != self._process:  # a fork's text takes another way, or it would cut into ours
                os.write(self._number, text.encode("utf-8", "replace"))
                return
            for begin in range(0, len(text), _PIECE):
                self._send(TEXT, self._mark, text[begin : begin + _PIECE].encode("utf-8", "replace"), more=more)


class Publisher(DisplayPublisher):
    """`display()` and `clear_output()`."""

    outputs: Any = staticmethod(lambda document: None)

    def publish(
        self, data: Any, metadata: Any = None, source: Any = None, *, transient: Any = None, update: Any = False, **_: Any
    ) -> None:
        self._validate_data(data, metadata)  # type: ignore[no-untyped-call]
        kind = "update_display_data" if update else "display_data"
        document = {"output_type": kind, "data": data, "metadata": metadata or {}}
        if transient:
            document["transient"] = transient
        self.outputs(document)

    def clear_output(self, wait: bool = False) -> None:
        self.outputs({"output_type": "clear_output", "wait": bool(wait)})


def _is_text_alone(formatter: Any, result: Any) -> bool:
    """Whether something is shown as text and nothing else: no other form is registered, and it offers none itself."""
    try:
        others = [each for kind, each in formatter.formatters.items() if kind not in _TEXT_ALONE]
        return not any(
            each.type_printers
            or each.deferred_printers
            or each.singleton_printers
            or getattr(result, each.print_method, None) is not None
            for each in (*others, formatter.mimebundle_formatter)
        )
    except Exception:  # whatever an attribute of a student's class raises, it is IPython that tells
        return False


class Results(DisplayHook):
    """A cell's last expression."""

    outputs: Any = staticmethod(lambda document: None)

    def write_output_prompt(self) -> None:
        pass

    def compute_format_data(self, result: Any) -> Any:
        """As IPython's own, which asks a dozen formatters in turn, but only for text where none of the others has any."""
        shell: Any = self.shell
        formatter = shell.display_formatter
        return formatter.format(result, include=_TEXT_ALONE if _is_text_alone(formatter, result) else None)

    def quiet(self) -> Any:
        """As IPython's own, which takes a cell to tokens, in Python, to find a semicolon at its end."""
        shell: Any = self.shell
        parsed = shell.history_manager.input_hist_parsed[-1:]
        return ";" in "".join(parsed) and super().quiet()  # type: ignore[no-untyped-call]

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        if format_dict:
            count = self.prompt_count
            self.outputs(
                {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}, "execution_count": count}
            )

    def finish_displayhook(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()


class Transformer(TransformerManager):
    """IPython's own, but that it doesn't take a cell apart, in Python, in which it would find nothing to change."""

    def transform_cell(self, cell: str) -> str:
        if _own_transforms(self) != _TRANSFORMS or _UNCLEAN(cell):
            return super().transform_cell(cell)
        lines = (cell if cell.endswith("\n") else cell + "\n").splitlines(keepends=True)
        return "".join(self.do_token_transforms(lines))

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        text = "".join(lines) if _own_transforms(self) == _TRANSFORMS else "%"
        if "%" not in text and "!" not in text and "?" not in text and not any(map(_ESCAPED, lines)):
            return lines
        return super().do_token_transforms(lines)  # type: ignore[no-any-return, no-untyped-call]


class Compiler(CachingCompiler):
    """IPython's own, but that cells have names of files, as a kernel's have, and are known to be of `__main__`.

    A traceback asks that for each of its frames; the search for a file that no module has takes 15 ms.
    """

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), "ipykernel_%d" % os.getpid())
        name = os.path.join(folder, "%d.py" % zlib.crc32(raw_code.encode("utf-8", "replace")))
        inspect.modulesbyfile[name] = "__main__"
        return name


class ZMQInteractiveShell(InteractiveShell):
    """What `get_ipython()` returns. Libraries know by this name that they are in a notebook."""

    input_transformer_manager = Instance(Transformer, ())
    display_pub_class = Type(Publisher)
    displayhook_class = Type(Results)
    compiler_class = Type(Compiler)
    exiter = Instance(ZMQExitAutocall)

    outputs: Any = staticmethod(lambda document: None)

    async def run_ast_nodes(
        self, nodelist: Any, cell_name: str, interactivity: str = "last_expr", compiler: Any = compile, result: Any = None
    ) -> Any:
        """As IPython's own, which compiles and runs each statement by itself, but with all that show nothing in one.

        Where that makes a difference, it is left to IPython: an error of syntax that only compiling finds must not
        keep the statements before it from running, and `await` may stand anywhere.
        """
        if interactivity == "last_expr" and len(nodelist) > 1:
            shown = len(nodelist) - isinstance(nodelist[-1], ast.Expr)
            try:
                code = compiler(ast.Module(nodelist[:shown], []), cell_name, "exec")
            except Exception:
                code = None
            if code is not None:
                try:
                    if await self.run_code(code, result):  # type: ignore[no-untyped-call]
                        return True
                except BaseException as error:  # that another couldn't be told: a student's may raise from its __str__
                    if result is not None:
                        result.error_before_exec = error
                    self.showtraceback()
                    return True
                nodelist = nodelist[shown:]
        return await super().run_ast_nodes(nodelist, cell_name, interactivity, compiler, result)

    @default("exiter")
    def _exiter_default(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)  # type: ignore[no-untyped-call]

    def init_hooks(self) -> None:
        super().init_hooks()  # type: ignore[no-untyped-call]
        # Frontends show help (`len?`) apart from a cell's outputs.
        self.set_hook("show_in_pager", page.as_hook(lambda *_, **__: None), 99)  # type: ignore[no-untyped-call]

    def ask_exit(self) -> None:
        """`exit()` and `quit()` do nothing: what comes after them runs."""

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def system_piped(self, cmd: str) -> None:
        if cmd.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        if not _has_terminals():  # its output takes the way of all that goes past sys.stdout
            sys.stdout.flush()
            return self.system_raw(cmd)  # type: ignore[no-any-return, no-untyped-call]
        self.user_ns["_exit_code"] = system(self.var_expand(cmd, depth=1))  # type: ignore[no-untyped-call]
        return None

    system = system_piped

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.outputs(
            {"output_type": "error", "ename": str(etype.__name__), "evalue": str(evalue), "traceback": list(stb)}
        )


class Session:
    """A shell, made before the stream is there, and the running of cells in it."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "neutral" if _lower_case_colours() else "Linux"
        config.IPKernelApp = Config()  # which libraries look for, too
        self.shell = ZMQInteractiveShell.instance(config=config)
        self._streams = sys.stdout, sys.stderr
        self._loop: Any = None

    def connect(self, stream: Stream) -> None:
        """From now on outputs go to a stream."""
        self._stream = stream
        self._own_process, self._process = os.getpid, os.getpid()
        self._out, self._err = Printed(stream, 1, "<stdout>"), Printed(stream, 2, "<stderr>")
        self._out.other, self._err.other = self._err, self._out
        sys.stdout, sys.stderr = self._out, self._err
        setattr(sys, "__stdout__", self._out)
        setattr(sys, "__stderr__", self._err)
        shell = self.shell
        Publisher.outputs = Results.outputs = ZMQInteractiveShell.outputs = staticmethod(self._output)
        builtins.input = _refusal("raw_input")
        getpass.getpass = _refusal("getpass")
        self._context = contextvars.copy_context()
        self._loop = new_event_loop()
        asyncio.set_event_loop(self._loop)

    def disconnect(self) -> None:
        """Take back what `connect` has put in place, but for the refusals to read."""
        sys.stdout, sys.stderr = self._streams
        setattr(sys, "__stdout__", self._streams[0])
        setattr(sys, "__stderr__", self._streams[1])
        asyncio.set_event_loop(None)
        self._loop.close()

    def mute(self) -> None:
        """From now on nothing is said to the stream, whoever kept what `sys.stdout` was."""
        nothing: Any = lambda *_, **__: None
        self._out._send = self._err._send = nothing
        Publisher.outputs = Results.outputs = ZMQInteractiveShell.outputs = staticmethod(nothing)

    def _output(self, document: dict[str, Any]) -> None:
        self.flush(more=True)
        self._stream.send_json(OUTPUT, document)

    def flush(self, *, more: bool = False) -> None:
        """Send what was printed, with `more` together with what is about to be sent."""
        self._out.flush(more=more)
        self._err.flush(more=more)

    def run(self, position: int, code: str) -> None:
        """Run a cell, and send how it began, its outputs, and, together with what comes next, how it ended."""
        self._stream.send(STARTED, position.to_bytes(4, "little"))
        ended: dict[str, Any] = {"status": "ok"}
        try:
            _set_handler(_INTERRUPT, self._stream.interrupt)
            try:
                error = self._loop.run_until_complete(self._in_context(self._cell(code)))
            finally:
                _set_handler(_INTERRUPT, _IGNORE)
        except BaseException as fault:  # what student code broke of the shell, or an interrupt at the edge of the cell
            error = fault
        if self._own_process() != self._process:  # a fork that came out of its cell isn't the notebook
            self.flush()
            os._exit(error is not None)
        if error is not None:
            ended = {"status": "error", "ename": _name(error), "evalue": _message(error)}
        self.flush(more=True)
        self._let_pipes_run_dry()
        self._stream.send_json(ENDED, ended, more=True)

    def _in_context(self, cell: Any) -> Any:
        """A cell in the context of those before it: settings that libraries keep there (how NumPy prints) last."""
        return cell if sys.version_info < (3, 11) else self._loop.create_task(cell, context=self._context)

    def _let_pipes_run_dry(self) -> None:
        """Wait for the parent to take in what was written past `sys.stdout`, so that it belongs to this cell."""
        deadline = time.monotonic() + _DRY_SECONDS
        try:
            while any(self._unread(number) for number in (1, 2)) and time.monotonic() < deadline:
                time.sleep(0.0005)
        except Exception:  # a student may have closed them, or put others in their place
            return

    @staticmethod
    def _unread(number: int, ioctl: Any = fcntl.ioctl) -> int:
        return int.from_bytes(ioctl(number, termios.FIONREAD, bytes(4)), sys.byteorder)

    async def _cell(self, code: str) -> Any:
        shell = self.shell
        trouble = None
        try:
            transformed = shell.transform_cell(code)  # type: ignore[no-untyped-call]
        except Exception:
            transformed, trouble = code, sys.exc_info()
        result = None
        try:
            result = await shell.run_cell_async(
                code, store_history=True, silent=False, transformed_cell=transformed, preprocessing_exc_tuple=trouble
            )
        finally:
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        return result.error_before_exec or result.error_in_exec


def _has_terminals() -> bool:
    try:
        for descriptor in os.openpty():
            os.close(descriptor)
    except OSError:
        return False
    return True


def _refusal(function: str) -> Any:
    def refuse(*arguments: Any, **named: Any) -> Any:
        raise StdinNotImplementedError(function + " was called, but this frontend does not support input requests.")

    return refuse


def _name(error: BaseException) -> str:
    return str(type(error).__name__)[:200]


def _message(error: BaseException) -> str:
    try:
        return str(error)[:10_000]
    except BaseException:  # a student's exception may raise from its own __str__
        return ""


def _lower_case_colours() -> bool:
    import IPython

    return IPython.version_info[0] >= 9
