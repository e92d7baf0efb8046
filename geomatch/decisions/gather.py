"""The decisions and the compensation of a workspace, or of the files that a month was computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geomatch.sources.corridor_effect import Decision
from geomatch.sources.corridor_register import decisions_of, read_corridor_register
from geomatch.sources.merge import merge_corridors
from geomatch.sources.travel_compensation import merge_compensation, read_travel_compensation
from geomatch.workspace import Input, Workspace

__all__ = ["Gathered", "gathered"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the registers of decisions and the files of compensation hold.

    Attributes:
        decisions: Rows of all registers, by file and row.
        compensation: COMPENSATION_COLUMNS of `travel_compensation`; without rows where no file is given.
        synthetic: Some file says that it is made up.
        registers, files: How many registers, and how many files of compensation.
    """

    decisions: tuple[Decision, ...]
    compensation: pd.DataFrame
    synthetic: bool
    registers: int
    files: int


def gathered(workspace: Workspace, inputs: Sequence[Input] | None = None) -> Gathered:
    """Read them.

    Args:
        workspace: Where they lie.
        inputs: Those of a computed month; None takes the workspace's of today.

    Raises:
        InputError: A file is wrong or gone, or two of them contradict each other.
    """
    chosen = workspace.inputs() if inputs is None else inputs
    registers = [
        (one.file, read_corridor_register(workspace.path_of(one)))
        for one in chosen
        if one.kind == "corridors"
    ]
    # Two boards may not open one corridor at a time.
    merge_corridors(registers)
    files = [
        (one.file, read_travel_compensation(workspace.path_of(one)))
        for one in chosen
        if one.kind == "travel_compensation"
    ]
    decisions = [
        one
        for file, register in sorted(registers, key=lambda pair: pair[0])
        for one in decisions_of(register, file)
    ]
    return Gathered(
        tuple(decisions),
        merge_compensation(files),
        any(one.synthetic for _file, one in registers) or any(one.synthetic for _file, one in files),
        len(registers),
        len(files),
    )
