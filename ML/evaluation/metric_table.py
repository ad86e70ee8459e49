"""What evaluations measure: one row a metric, read by reports, pages and tests."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["high", "low", "neither"]


@dataclass(frozen=True)
class MetricRow:
    """title: as a table heads it; {k} is the number of neighbours.  help: one sentence."""

    key: str
    title: str
    better: Better
    of: Literal["space", "map"]
    help: str


METRIC_ROWS = (
    MetricRow(
        "knn_accuracy",
        "kNN accuracy",
        "high",
        "space",
        "Share of tracks whose {k} neighbours vote for their label.",
    ),
    MetricRow(
        "precision",
        "P@{k}",
        "high",
        "space",
        "Share of the {k} nearest that bear the track's label.",
    ),
    MetricRow(
        "map",
        "MAP@{k}",
        "high",
        "space",
        "Mean average precision among the {k} nearest.",
    ),
    MetricRow(
        "ndcg",
        "nDCG@{k}",
        "high",
        "space",
        "Discounted gain of the {k} nearest over the best there could be.",
    ),
    MetricRow(
        "probe_accuracy",
        "Linear probe",
        "high",
        "space",
        "Accuracy of a linear layer on tracks it was not trained on.",
    ),
    MetricRow(
        "silhouette",
        "Silhouette",
        "high",
        "space",
        "How much nearer a track is to its own label than to the next: -1 to 1.",
    ),
    MetricRow(
        "davies_bouldin",
        "Davies–Bouldin",
        "low",
        "space",
        "Spread of labels over the distance between them.",
    ),
    MetricRow(
        "calinski_harabasz",
        "Caliński–Harabasz",
        "high",
        "space",
        "Variance between labels over variance within.",
    ),
    MetricRow(
        "nmi",
        "NMI",
        "high",
        "space",
        "What k-means clusters and labels tell of one another: 0 to 1.",
    ),
    MetricRow(
        "ari",
        "ARI",
        "high",
        "space",
        "Pairs on which k-means and labels agree beyond chance.",
    ),
    MetricRow(
        "hub_skewness",
        "Hubness",
        "low",
        "space",
        "Skewness of how often tracks are among the {k} nearest of others.",
    ),
    MetricRow(
        "robin_hood",
        "Robin Hood",
        "low",
        "space",
        "Share of neighbour places that few tracks hold too many of.",
    ),
    MetricRow(
        "anti_hubs",
        "Anti-hubs",
        "low",
        "space",
        "Share of tracks that are nobody's neighbour.",
    ),
    MetricRow(
        "intrinsic_dimension",
        "Dimension",
        "neither",
        "space",
        "Directions in which vectors really vary (TwoNN).",
    ),
    MetricRow(
        "trustworthiness",
        "Trustworthiness",
        "high",
        "map",
        "Whether those the map shows near are near.",
    ),
    MetricRow(
        "continuity",
        "Continuity",
        "high",
        "map",
        "Whether those that are near are shown near.",
    ),
    MetricRow(
        "kept",
        "Kept",
        "high",
        "map",
        "Share of true neighbours that the map shows among the nearest.",
    ),
    MetricRow(
        "neighbourhood_hit",
        "Neighbourhood hit",
        "high",
        "map",
        "Share of the {k} nearest on the map that bear the label.",
    ),
)
