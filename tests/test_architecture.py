"""Imports point one way: environment ← config ← ML ← db ← backend."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("environment", "config", "ML", "db", "backend")  # each may import those before it
HEAVY = {
    "torch", "librosa", "umap", "transformers", "sklearn", "openTSNE", "numba", "whisper", "onnxruntime",
    "pyarrow", "faiss",
}  # fmt: skip
SOURCES = sorted(
    path
    for layer in LAYERS
    for path in [ROOT / f"{layer}.py", *(ROOT / layer).rglob("*.py")]
    if path.exists()
)


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    own = layer_of(path)
    allowed = LAYERS[: LAYERS.index(own) + 1]
    ours = {module.split(".")[0] for module in imported_modules(path)} & {*LAYERS, "tests", "benchmarks"}
    assert ours <= set(allowed), f"{own} must not import {ours - set(allowed)}"


def test_there_are_no_circles():
    """Between files: a module that must be imported before itself."""
    graph = {module_name(path): imported_modules(path) for path in SOURCES}
    names = set(graph)
    graph = {name: (targets & names) - {name} for name, targets in graph.items()}
    while leaves := {name for name, targets in graph.items() if not targets & graph.keys()}:
        graph = {name: targets for name, targets in graph.items() if name not in leaves}
    # Packages list their own modules (backend.routes imports backend.routes.maps): that is no circle.
    assert not graph, f"circular imports among {sorted(graph)}"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_nobody_edits_the_module_path():
    """But for the program whose documented command, `python ML/train_contrastive.py`, starts inside ML/."""
    editors = [str(path.relative_to(ROOT)) for path in SOURCES if "sys.path" in path.read_text()]
    assert editors == ["ML/train_contrastive.py"]


@pytest.mark.parametrize("layer", ["ML", "db"])
def test_sql_and_flask_stay_where_they_belong(layer):
    forbidden = {"ML": {"sqlalchemy", "alembic", "flask", "click"}, "db": {"flask", "click"}}[layer]
    for path in SOURCES:
        if layer_of(path) == layer:
            used = {module.split(".")[0] for module in imported_modules(path)} & forbidden
            assert not used, f"{path.relative_to(ROOT)} imports {used}"


def test_torch_load_is_called_in_one_place():
    callers = [str(path.relative_to(ROOT)) for path in SOURCES if "torch.load(" in path.read_text()]
    assert callers == ["ML/weights/store.py"]


def test_nothing_that_is_read_can_run_code():
    """Who unpickles runs what is in the file; so does who loads models with the code beside them."""
    unsafe = ("pickle.load", "joblib.load", "dill", "yaml.load(", "yaml.unsafe_load", "marshal.load",
              "shelve", "allow_pickle=True", "weights_only=False", "trust_remote_code=True")  # fmt: skip
    programs = [*SOURCES, *ROOT.glob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    for path in programs:
        found = [name for name in unsafe if re.search(rf"\b{re.escape(name)}", path.read_text())]
        assert not found, f"{path.relative_to(ROOT)}: {found}"
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                said = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert said.get("weights_only") == "True", path


def test_spanish_names_end_at_the_edge():
    """Nothing is called red or metodo beyond the parsing of the query."""
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        quoted = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        if "metodo" in named | quoted:
            assert str(path.relative_to(ROOT)) in ("backend/parameters.py", "backend/params.py")


def test_the_server_starts_without_heavy_libraries():
    code = "import sys, backend.server; backend.server.create_app(); print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not HEAVY & {module.split(".")[0] for module in answer.stdout.split()}


def test_files_stay_short():
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := path.read_text().count("\n")) > 250}
    assert not long
