"""A song as long as one segment is the same to both ways; the table says so."""

import numpy as np

from benchmarks.whole_song import alike, embed_whole, rows
from ML import registry
from ML.evaluation.judgement import Labelling, judge_space
from ML.inference import LoadedModel, build
from tests.ML.evaluation.clusters import clusters
from tests.sounds import noise


def test_both_ways_hear_a_single_segment_alike():
    spec = registry.get("musicnn", "mtat", "won2020")
    model = LoadedModel(spec, build(spec, None, "cpu"))
    samples = noise(0, spec.segment_samples / spec.sample_rate, spec.sample_rate).astype(np.float32)
    pooled = model.embed(samples, spec.sample_rate).embedding
    # float32: pooling and the shape of the input may choose other kernels of the same operations.
    np.testing.assert_allclose(embed_whole(model, samples), pooled, rtol=1e-4, atol=1e-5)
    longer = np.concatenate([samples, samples[::-1], samples])
    assert np.abs(embed_whole(model, longer) - model.embed(longer, spec.sample_rate).embedding).max() > 1e-4


def test_one_space_against_itself_differs_by_nothing():
    vectors, labels = clusters(3, 6)
    judged = [judge_space(vectors, Labelling(labels, None, 4, 0))] * 2
    assert "cosine of a track's two vectors 1.000, CKA 1.000, shared neighbours 1.000" in alike(
        [vectors, vectors], judged
    )
    differences = {row[3] for row in rows(judged, 4)}
    # Of shares an interval says what 18 tracks cannot exclude, although none of them differs.
    assert differences == {"0.000 [0.000, 0.000]", "0.000 [-0.098, 0.098]"}
