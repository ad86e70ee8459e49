"""An evaluation document as text: for terminals, spreadsheets, READMEs and papers."""

import csv
import io
from collections.abc import Iterator
from itertools import combinations

from ML.evaluation.document import Document
from ML.text import aligned

CSV_HEADER = ("name", "model", "map", "metric", "value", "low", "high", "chance", "n")
MATRICES = {"cka": "Linear CKA", "jaccard": "Shared neighbours (Jaccard)", "rbo": "Shared ranking (RBO)"}
DIFFERENCES_HEADER = ("left", "right", "metric", "difference", "low", "high", "n", "clear")
NOTHING, TOLD_APART = "–", "*"


def shown_metrics(document: Document, of: str) -> list[Document]:
    return [metric for metric in document["metrics"] if metric["of"] == of]


def shown_rows(document: Document, of: str) -> list[Document]:
    return [row for row in document["rows"] if (row["method"] is not None) == (of == "map")]


def as_csv(document: Document) -> str:
    """A line for each row and metric: what statistics programs like."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for row in document["rows"]:
        for key, value in row["metrics"].items():
            low, high = value["interval_95"] or (None, None)
            writer.writerow([row["name"], row["model"], row["method"], key, value["mean"], low, high,
                             value["chance"], value["n"]])  # fmt: skip
    return text.getvalue()


def cell(value: Document | None, digits: int = 3) -> str:
    """0.512 [0.401, 0.620]"""
    if not value or value["mean"] is None:
        return NOTHING
    low, high = value["interval_95"]
    return f"{value['mean']:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def chance_cell(value: Document | None, digits: int = 3) -> str:
    return NOTHING if not value or value["chance"] is None else f"{value['chance']:.{digits}f}"


def turned(document: Document, of: str) -> tuple[list[str], list[list[str]]]:
    """Header and lines of a table with a metric a line and a model (or map) a column, chance at the end."""
    rows = shown_rows(document, of)
    header = ["metric", *(row["name"] for row in rows), "chance"]
    lines = []
    for metric in shown_metrics(document, of):
        values = [row["metrics"].get(metric["key"]) for row in rows]
        lines.append([metric["title"], *map(cell, values), chance_cell(values[0] if values else None)])
    return header, lines


def upright(document: Document, of: str) -> tuple[list[str], list[list[str]]]:
    """The same with a model (or map) a line, for many of them; chance beside each value."""
    metrics = shown_metrics(document, of)
    header = [of, *(metric["title"] for metric in metrics)]
    lines = [
        [row["name"], *(with_chance(row["metrics"].get(metric["key"])) for metric in metrics)]
        for row in shown_rows(document, of)
    ]
    return header, lines


def with_chance(value: Document | None) -> str:
    return f"{cell(value)}, chance {chance_cell(value)}"


def apart(document: Document, of: str) -> tuple[list[str], list[list[str]]]:
    """Two models, or two maps of one model, a line: by how much the first has more than the second."""
    metrics, rows = shown_metrics(document, of), shown_rows(document, of)
    found = {(each["left"], each["right"], each["metric"]): each for each in document["differences"]}
    pairs = [
        (one["name"], other["name"])
        for one, other in combinations(rows, 2)
        if of == "space" or one["model"] == other["model"]
    ]
    header = ["difference", *(metric["title"] for metric in metrics)]
    lines = [
        [f"{left} − {right}", *(difference_cell(found.get((left, right, each["key"]))) for each in metrics)]
        for left, right in pairs
    ]
    return header, lines


def difference_cell(value: Document | None) -> str:
    """0.300 [0.190, 0.430]*: marked where the difference is clear."""
    if not value or value["interval_95"] is None:
        return NOTHING
    return cell(value) + (TOLD_APART if is_clear(value) else "")


def is_clear(difference: Document) -> bool:
    """Evaluations kept by earlier versions have the interval alone: none of theirs is marked."""
    return bool(difference.get("clear"))


LAYOUTS = {"space": turned, "map": upright}


def tables_of(document: Document) -> Iterator[tuple[list[str], list[list[str]]]]:
    return (layout(document, of) for of, layout in LAYOUTS.items() if shown_rows(document, of))


def difference_tables(document: Document) -> list[tuple[list[str], list[list[str]]]]:
    return [table for table in (apart(document, of) for of in LAYOUTS) if table[1]]


def ceiling_note(document: Document) -> str:
    """What labels with a single track take from kNN accuracy; nothing where they take nothing."""
    ceiling = document.get("knn_ceiling", 1.0)
    return f" kNN accuracy reaches {ceiling:.3f} at most: other labels have one track." if ceiling < 1 else ""


def headline(document: Document) -> str:
    filtered = "tracks of one artist never count as neighbours" if document["artist_filtered"] else (
        "no artist is known or asked for: none is left out"
    )  # fmt: skip
    return (
        f"{document['n_tracks']} tracks with {len(document['classes'])} labels ({document['labels']}), "
        f"k = {document['k']}, seed {document['seed']}, data {document['data_sha256'][:12]}; {filtered}. "
        "In brackets 95 % intervals, by bootstrap over tracks; chance is that of the first column."
        + ceiling_note(document)
    )


DIFFERENCES_TITLE = (
    "Differences, paired: both on the same tracks, with 95 % intervals of each alone (Agresti & Min 2005 for "
    f"shares of tracks, bootstrap for the others). {TOLD_APART}: these tracks tell the two apart, also when "
    "all differences of the table are counted (Bonferroni)."
)


def as_text(document: Document) -> str:
    parts = [headline(document)]
    parts += ["\n".join(aligned(header, lines)) for header, lines in tables_of(document)]
    return "\n\n".join(parts)


def as_markdown(document: Document) -> str:
    parts = [headline(document)]
    parts += [markdown(*table) for table in tables_of(document)]
    if differences := difference_tables(document):
        parts += [DIFFERENCES_TITLE.replace(TOLD_APART, "\\*"), *(markdown(*table) for table in differences)]
    if "agreement" in document:
        parts.append(agreement_markdown(document["agreement"]))
    return "\n\n".join(parts) + "\n"


def markdown(header: list[str], lines: list[list[str]]) -> str:
    rule = ["---", *("--:" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *lines))


def agreement_markdown(agreement: Document) -> str:
    parts = []
    for name, title in MATRICES.items():
        rows = zip(agreement["models"], agreement[name], strict=True)
        lines = [[model, *map(number, values)] for model, values in rows]
        parts.append(markdown([title, *agreement["models"]], lines))
    return "\n\n".join(parts)


def number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def as_latex(document: Document) -> str:
    """booktabs tables."""
    parts = [f"% {headline(document)}", *(tabular(*table) for table in tables_of(document))]
    if differences := difference_tables(document):
        parts += [f"% {DIFFERENCES_TITLE}", *(tabular(*table) for table in differences)]
    return "\n\n".join(parts) + "\n"


def tabular(header: list[str], lines: list[list[str]]) -> str:
    body = [" & ".join(map(latex, row)) + r" \\" for row in lines]
    head = " & ".join(map(latex, header)) + r" \\"
    columns = "l" + "r" * (len(header) - 1)
    return "\n".join((
        rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule", *body, r"\bottomrule",
        r"\end{tabular}",
    ))  # fmt: skip


LATEX = {"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$", "–": "--", "−": "$-$"}


def latex(text: str) -> str:
    return "".join(LATEX.get(letter, letter) for letter in text)


def differences_csv(document: Document) -> str:
    """A line for each two models or maps and each metric that both have."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(DIFFERENCES_HEADER)
    for each in document["differences"]:
        low, high = each["interval_95"] or (None, None)
        facts = [each["left"], each["right"], each["metric"], each["mean"], low, high, each["n"]]
        writer.writerow([*facts, int(is_clear(each))])
    return text.getvalue()


def agreement_csv(agreement: Document) -> str:
    """A line for each two models."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("left", "right", *MATRICES))
    models = agreement["models"]
    for i, left in enumerate(models):
        for j, right in enumerate(models[:i]):
            writer.writerow((left, right, *(agreement[name][i][j] for name in MATRICES)))
    return text.getvalue()


def agreement_text(agreement: Document) -> str:
    parts = []
    for name, title in MATRICES.items():
        rows = zip(agreement["models"], agreement[name], strict=True)
        header = (title, *agreement["models"])
        parts.append("\n".join(aligned(header, [(m, *map(number, v)) for m, v in rows], set(header[1:]))))
    return "\n\n".join(parts)
