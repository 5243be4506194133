"""The notebooks of `examples/notebooks`: executed, and rendered where `UYTIN_NOTEBOOKS` names a folder for that."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient
from nbconvert import HTMLExporter

NOTEBOOKS = sorted((ROOT / "examples/notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} == {"comparing-policies", "first-hour", "population-study"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells), "notebooks are committed without outputs"
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not any(output["output_type"] == "error" or output.get("name") == "stderr" for output in shown)
    assert any("image/png" in output.get("data", {}) for output in shown)
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    if path.stem != "population-study":
        assert '<section class="uytin"' in page
    if folder := os.environ.get("UYTIN_NOTEBOOKS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{path.stem}.html").write_text(page, "utf-8")
