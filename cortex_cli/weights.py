"""How much each feature of a package counts; written by ``python -m benchmarks.learn``."""

WEIGHTS: dict[str, float] = {
    "word": 2.57,
    "name": 0.99,
    "short": 1.93,
    "tags": 0.80,
    "anywhere": 4.61,
    "precise": 0.14,
    "exact": 2.27,
    "begins": 1.21,
    "section": 1.80,
    "provides": -0.28,
    "popularity": -0.08,
    "curated": 0.88,
    "hyphens": -0.08,
    "catalogue": 5.00,
    "catalogue_first": 6.00,
}
