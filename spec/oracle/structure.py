"""Bühlmann and Straub's estimates by another's implementation, for comparison with the core's.

Reads cells from standard input, one a line: `subject<TAB>cell<TAB>share<TAB>weight`; prints s², a, k, the collective mean and the
credibility-weighted mean as JSON. The estimates are those of the package `credibility` on PyPI.
"""

import json
import sys
import warnings

import polars as pl
from credibility import BuhlmannStraub


def main() -> None:
    rows = [line.rstrip("\n").split("\t") for line in sys.stdin]
    cells = pl.DataFrame(
        {
            "group": [row[0] for row in rows],
            "period": [int(row[1]) for row in rows],
            "loss": [float(row[2]) for row in rows],
            "weight": [float(row[3]) for row in rows],
        }
    )
    # That groups of one cell say nothing of s² is known.
    warnings.simplefilter("ignore", UserWarning)
    model = BuhlmannStraub().fit(cells)
    premiums = model.premiums_
    factors = premiums["Z"]
    mean = (factors * premiums["observed_mean"]).sum() / factors.sum()
    found = {
        "within": model.v_hat_,
        "between": model.a_hat_,
        "strength": model.k_,
        "collective_mean": model.mu_hat_,
        "mean": mean,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
