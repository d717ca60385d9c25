"""One kernel process: started, watched, interrupted, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from grader.errors import ExecutionUnavailable
from grader.execution.messages import content_of
from grader.execution.processes import end
from grader.execution.scratch import Scratch, environment
from grader.records import Limits

START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_ENDING_SECONDS = 1.0
_KILL_SECONDS = 5.0
_QUEUED_MESSAGES = 32
_MESSAGE_SLACK = 2**20


class _OneKernel(KernelSpecManager):
    """Knows one kernel: IPython's, in the interpreter of the class. What a notebook asks for doesn't count."""

    python = ""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="grader", language="python")


class KernelProcess:
    """A kernel in a session of its own, and the client that speaks with it over sockets in a private folder."""

    def __init__(self, python: str, scratch: Scratch, limits: Limits) -> None:
        self._scratch = scratch
        # A message beyond the limit is refused by the transport, and few wait: a flood can't fill our memory.
        self._context = zmq.asyncio.Context()
        self._context.setsockopt(zmq.MAXMSGSIZE, limits.output_bytes + _MESSAGE_SLACK)
        self._context.setsockopt(zmq.RCVHWM, _QUEUED_MESSAGES)
        kernels = _OneKernel()
        kernels.python = python
        self._python = python
        self.manager = AsyncKernelManager(
            context=self._context,
            kernel_spec_manager=kernels,
            transport="ipc",
            ip=str(scratch.private / "k"),
            connection_file=str(scratch.private / "kernel.json"),
        )
        self._client: AsyncKernelClient | None = None
        self.pid = 0
        self.exit_code = 0
        self.killed = False
        self.overflowed = asyncio.Event()
        """Set when the transport refuses a message for its size. It is lost, and so may be others around it."""
        self._exit: asyncio.Task[None] | None = None
        self._monitor: asyncio.Task[None] | None = None

    async def launch(self) -> None:
        """Start the process. Raises ExecutionUnavailable where it can't be."""
        try:
            await self.manager.start_kernel(
                cwd=str(self._scratch.work),
                env=environment(self._python, self._scratch.home, self._scratch.root / "tmp"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
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
            raise self._no_kernel(error) from error

    def _no_kernel(self, error: Exception) -> ExecutionUnavailable:
        remedy = f"Check that `{self._python} -m ipykernel_launcher` starts."
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
        with suppress(RuntimeError, TimeoutError):
            await asyncio.wait_for(self.client.wait_for_ready(timeout=seconds), 2 * seconds)
            return True
        return False

    async def _watch(self) -> None:
        while (code := await self._provisioner.poll()) is None:
            await asyncio.sleep(_POLL_SECONDS)
        self.exit_code = code

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
            os.killpg(self.pid, signal.SIGINT)

    async def kill(self) -> None:
        """End the process, and all that it started, at once."""
        if self._exit is None:
            return
        self.killed |= not self._exit.done()
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
