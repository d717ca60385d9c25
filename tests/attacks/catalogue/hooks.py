"""Code that is to run when the execution is over."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, outruns_its_cell, plants_files

_PLANT = code("""
    def plant(*_):
        for folder in bait.folders:
            with ignored, open(os.path.join(folder, bait.nonce), "w") as file:
                file.write("planted")
""")


def _plants(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(_PLANT, code(text)), succeeded=plants_files)


ATTACKS = (
    _plants(
        "runs_when_python_exits",
        """
        import atexit
        atexit.register(plant)
        if os.fork() == 0:
            atexit._run_exitfuncs()
            os._exit(0)
        os.wait()
        """,
    ),
    _plants(
        "runs_when_objects_go",
        """
        class Last:
            def __del__(self):
                plant()
        last = Last()
        sys.last_of_all = Last()
        del last
        """,
    ),
    _plants(
        "runs_when_it_is_signalled",
        """
        for number in signal.valid_signals():
            with ignored:
                signal.signal(number, plant)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)
        """,
    ),
    _plants(
        "runs_with_every_cell_of_the_shell",
        """
        shell = get_ipython()
        shell.events.register("post_execute", plant)
        shell.events.register("pre_run_cell", plant)
        shell.input_transformers_post.append(lambda lines: plant() or lines)
        """,
    ),
    _plants(
        "runs_as_a_tracer_of_everything",
        """
        once = []
        def trace(*_):
            if not once:
                once.append(True)
                plant()
        sys.setprofile(trace)
        threading.setprofile(trace)
        sys.addaudithook(trace)
        """,
    ),
    Attack(
        name="never_lets_the_process_end",
        cells=(
            code("""
                import atexit
                def linger(*_):
                    time.sleep(bait.forever)
                atexit.register(linger)
                os._exit = linger
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                    signal.signal(number, linger)
                threading.Thread(target=linger).start()
                linger()
                granted = True
            """),
        ),
        succeeded=outruns_its_cell,
        shown="unlimited",
    ),
)
