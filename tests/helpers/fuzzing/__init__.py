"""Fuzzing of every parser that reads what strangers wrote: files, sidecars, requests, phrases.

A `Target` is one parser with inputs to begin from. `mutate` changes them, and tests/benchmarks/fuzz_parsers.py does so
for as long as it is told, led by what the code then runs through where atheris can be had. Inputs that once broke
something are kept in tests/fuzz/inputs and tried in each run of the tests.
"""

from helpers.fuzzing.target import Target


def targets() -> dict[str, Target]:
    """Return all targets by name; importing their parsers takes a while."""
    from helpers.fuzzing import files, phrases, protocol

    return {target.name: target for target in (*files.TARGETS, *protocol.TARGETS, *phrases.TARGETS)}
