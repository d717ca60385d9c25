"""One kernel process: started, watched, interrupted, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from grader.errors import ExecutionUnavailable
from grader.execution.endings import how_it_ended
from grader.execution.kernel_launch import Launch
from grader.execution.messages import content_of
from grader.execution.processes import end
from grader.execution.scratch import Scratch, bytes_below
from grader.guest.processes import are_more_than, children, everything_below, holds_more_than, use_more_than
from grader.records import Limits

START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_ENDING_SECONDS = 1.0
_KILL_SECONDS = 5.0
_ROUNDS = 5
"""How many times it is asked whether the process lives, before all that it uses is measured."""
_BY_SIGNAL = 128
_QUEUED_MESSAGES = 32
_MESSAGE_SLACK = 2**20
_SEND_MILLISECONDS = 1000


class _OneKernel(KernelSpecManager):
    """Knows one kernel: IPython's, in the interpreter of the class. What a notebook asks for doesn't count."""

    command: Sequence[str] = ()

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=list(self.command), display_name="grader", language="python")


class KernelProcess:
    """A kernel in a session of its own, and the client that speaks with it over sockets in a private folder."""

    def __init__(self, launch: Launch, scratch: Scratch, limits: Limits) -> None:
        self._launch = launch
        self._scratch = scratch
        self._limits = limits
        self._disk_bytes = limits.disk_bytes + bytes_below(scratch.work)
        # A message beyond the limit is refused by the transport, and few wait: a flood can't fill our memory.
        self._context = zmq.asyncio.Context()
        self._context.setsockopt(zmq.MAXMSGSIZE, limits.output_bytes + _MESSAGE_SLACK)
        self._context.setsockopt(zmq.RCVHWM, _QUEUED_MESSAGES)
        # Who breaks the transport's protocol is cut off by it, and what is sent there would wait for ever.
        self._context.setsockopt(zmq.SNDTIMEO, _SEND_MILLISECONDS)
        kernels = _OneKernel()
        kernels.command = launch.command
        self.manager = AsyncKernelManager(
            context=self._context,
            kernel_spec_manager=kernels,
            transport="ipc",
            ip=str(scratch.private / "k"),
            connection_file=str(scratch.private / "kernel.json"),
        )
        self._client: AsyncKernelClient | None = None
        self.pid = self.kernel_pid = 0
        self.over = ""
        """The limit that all processes passed together, and for which they were ended; `over_limit` knows it."""
        self.exit_code = 0
        self.killed = False
        self.overflowed = asyncio.Event()
        """Set when the transport refuses a message for its size. It is lost, and so may be others around it."""
        self._exit: asyncio.Task[None] | None = None
        self._monitor: asyncio.Task[None] | None = None

    async def launch(self) -> None:
        """Start the process. Raises ExecutionUnavailable where it can't be."""
        try:
            with tempfile.TemporaryFile() as document:
                document.write(self._launch.input)
                document.seek(0)
                await self.manager.start_kernel(
                    cwd=self._launch.folder,
                    env=self._launch.environment,
                    stdin=document,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        except OSError as error:
            raise self._no_kernel(error) from error
        self.pid = self._provisioner.pid or 0
        self._exit = asyncio.create_task(self._watch())

    async def connect(self) -> None:
        """Wait until the kernel answers. Raises ExecutionUnavailable where it doesn't."""
        self._client = self.manager.client(context=self._context)
        self.client.start_channels(stdin=False, hb=False, control=False)
        self._listen()
        try:
            await self.client.wait_for_ready(timeout=START_SECONDS)
        except RuntimeError as error:
            await self.wait(seconds=_ENDING_SECONDS)
            raise self._no_kernel(f"its process {how_it_ended(self.exit_code)}" if self.exited else error) from error
        self.kernel_pid = self._descendant(self._launch.generation)

    def _descendant(self, generation: int) -> int:
        """The process so many generations below the command's; each has one child before student code runs."""
        pid = self.pid
        for _ in range(generation):
            child = next(iter(children(pid)), None)
            if child is None:
                raise ExecutionUnavailable("The kernel's process can't be found.")
            pid = child
        return pid

    def _no_kernel(self, error: Exception | str) -> ExecutionUnavailable:
        remedy = "Check that `python -m ipykernel_launcher` starts, with the Python of the class."
        return ExecutionUnavailable(f"No kernel could be started: {error}.", remedy=remedy)

    async def _watch_transport(self, monitor: zmq.asyncio.Socket) -> None:
        assert self._exit is not None
        await monitor.recv_multipart()
        await asyncio.wait({self._exit}, timeout=_ENDING_SECONDS)  # a process that ends closes the connection first
        if not self.exited:
            self.overflowed.set()

    def _listen(self) -> None:
        self.overflowed.clear()
        monitor = self.client.iopub_channel.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._monitor = asyncio.create_task(self._watch_transport(monitor))

    async def recover(self, seconds: float) -> bool:
        """Whether the kernel answers in time; what it has sent so far is dropped. No task may be listening to it.

        Raises whatever an answer that no kernel gives makes of it.
        """
        if self.overflowed.is_set():
            # The transport gave the connection up with the message that it refused. Connecting the same socket again
            # may abort this process (libzmq asserts that no message is half read), so there is a new one.
            channel = self.client.iopub_channel
            channel.socket.close(linger=0)
            channel.socket = self.client.connect_iopub()
            self._listen()
        with suppress(RuntimeError, TimeoutError, zmq.Again):
            await asyncio.wait_for(self.client.wait_for_ready(timeout=seconds), 2 * seconds)
            return True
        return False

    async def _watch(self) -> None:
        rounds = 0
        while (code := await self._provisioner.poll()) is None:
            await asyncio.sleep(_POLL_SECONDS)
            rounds += 1
            if self._launch.generation and not self.over:
                await self._measure(fully=rounds % _ROUNDS == 0)
        if self._launch.generation and code > _BY_SIGNAL:
            code = _BY_SIGNAL - code  # as a shell tells it
        self.exit_code = code

    async def _measure(self, *, fully: bool) -> None:
        """End the process where all that came of it uses too much: no limit of the kernel's counts them together.

        Unless `fully`, it is only counted of how many processes that is, and only where nothing else limits them.
        """
        if not fully and not self._launch.count:
            return
        processes = everything_below(self.pid)
        if self._launch.count and are_more_than(self._limits.processes, processes):
            self.over = "processes"
        elif not fully:
            return
        elif await asyncio.to_thread(use_more_than, self._limits.memory_bytes, processes):
            self.over = "memory"
        elif await asyncio.to_thread(holds_more_than, self._disk_bytes, str(self._scratch.root), processes):
            self.over = "disk"
        if self.over:
            self.killed = True
            await asyncio.to_thread(self._signal_all)

    def _signal_all(self) -> None:
        if self._launch.supervised:
            os.kill(self.pid, signal.SIGTERM)
        else:
            end(self.pid, str(self._scratch.root))

    @property
    def client(self) -> AsyncKernelClient:
        """The client, once the kernel answers."""
        assert self._client is not None
        return self._client

    @property
    def _provisioner(self) -> LocalProvisioner:
        assert isinstance(self.manager.provisioner, LocalProvisioner)
        return self.manager.provisioner

    @property
    def exited(self) -> bool:
        """Whether the process has ended, as far as we have seen."""
        return self._exit is not None and self._exit.done()

    async def wait(self, *tasks: asyncio.Task[Any], seconds: float) -> None:
        """Wait for the first of some tasks, for the process's end, or until the time is over."""
        assert self._exit is not None
        await asyncio.wait({*tasks, self._exit}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def ask(self, kind: str, content: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Send a request to the kernel's shell; the content of its reply, None where none came in time.

        Raises whatever a message that no kernel sends makes of it.
        """
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        reply = asyncio.create_task(self._reply(message["header"]["msg_id"]))
        await self.wait(reply, seconds=seconds)
        if not reply.done():
            reply.cancel()
            return None
        return reply.result()

    async def _reply(self, request: str) -> dict[str, Any]:
        while True:
            message = await self.client.get_shell_msg(timeout=None)
            if message["parent_header"].get("msg_id") == request:
                return content_of(message)

    def interrupt(self) -> None:
        """Interrupt the cell that runs, and the commands that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.kernel_pid, signal.SIGINT)

    async def kill(self) -> None:
        """End the process, and all that it started, at once."""
        if self._exit is None:
            return
        self.killed |= not self._exit.done()
        if self._launch.supervised and not self._exit.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._exit), timeout=_KILL_SECONDS)
        await asyncio.to_thread(end, self.pid, str(self._scratch.root))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._exit), timeout=_KILL_SECONDS)

    async def close(self) -> None:
        """End the process and free its sockets."""
        await self.kill()
        if self._exit is not None:
            self._exit.cancel()
        if self._monitor is not None:
            self._monitor.cancel()
        if self._client is not None:
            self._client.stop_channels()
        await self.manager.cleanup_resources()
        self._context.destroy(linger=0)
