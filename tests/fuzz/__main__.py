"""Feeds a million inputs to all that reads a student's bytes: `make fuzz`."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import TOKENS, seeds

SHARES = {
    "any-bytes": 0.1,
    "raw-frame": 0.25,
    "built-frame": 0.2,
    "raw-stream": 0.15,
    "built-stream": 0.07,
    "raw-calls": 0.08,
    "built-outputs": 0.08,
    "round-trip": 0.07,
}
"""Of all inputs; those that are slow to build get fewer."""
MOST_BYTES = 2000
FOUND = Path("build/fuzz")


def main() -> int:
    """Fuzz one target after the other; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many inputs in all")
    parser.add_argument("--target", choices=SHARES, action="append", help="feed this one alone, with all inputs")
    options = parser.parse_args()
    shares = dict.fromkeys(options.target, 1 / len(options.target)) if options.target else SHARES
    FOUND.mkdir(parents=True, exist_ok=True)
    results = [fuzz(target, round(share * options.inputs)) for target, share in shares.items()]
    print(f"{sum(results):,} inputs in all")
    return 0 if all(results) else 1


def fuzz(target: str, inputs: int) -> int:
    """Feed a target, and say how it went. How many inputs it took, or 0 where something was found."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds(target)):
            (corpus / str(number)).write_bytes(seed)
        words = Path(folder) / "words"
        words.write_text(dictionary())
        command = [
            sys.executable,
            "-m",
            "tests.fuzz.coverage_guided",
            target,
            f"-runs={inputs}",
            f"-max_len={MOST_BYTES}",
        ]
        command += [
            f"-dict={words}",
            f"-artifact_prefix={FOUND}/{target}-",
            "-timeout=20",
            "-rss_limit_mb=0",
            str(corpus),
        ]
        process = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        kept = len(list(corpus.iterdir()))
    done = re.search(r"^Done (\d+) runs in (\d+) second", process.stderr, re.MULTILINE)
    if process.returncode or not done:
        print(
            f"{target}: found something (the input is in {FOUND}/)\n{(process.stdout + process.stderr)[-3000:]}",
            flush=True,
        )
        return 0
    covered = re.findall(r"cov: (\d+)", process.stderr)
    print(f"{target}: {int(done[1]):,} inputs in {done[2]} s, {covered[-1]} edges, {kept} kept", flush=True)
    return int(done[1])


def dictionary() -> str:
    """The words of our formats, as libFuzzer reads them."""
    words = ("".join(map("\\x{:02x}".format, token)) for token in TOKENS if len(token) < 60)
    return "".join(f'"{word}"\n' for word in words)


if __name__ == "__main__":
    sys.exit(main())
