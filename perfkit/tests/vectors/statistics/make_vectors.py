"""Reference values of perfkit's statistics, made with SciPy and NumPy (versions stand in each file).

    python -m venv venv && venv/bin/pip install scipy==1.17.1 && venv/bin/python make_vectors.py
"""

import json
import pathlib

import numpy
import scipy
from scipy import special, stats

HERE = pathlib.Path(__file__).parent
MADE_BY = f"make_vectors.py with scipy {scipy.__version__}, numpy {numpy.__version__}"


def write(name, cases):
    document = {"made_by": MADE_BY, "cases": cases}
    lines = ",\n    ".join(json.dumps(case) for case in cases)
    text = '{\n  "made_by": ' + json.dumps(document["made_by"]) + ',\n  "cases": [\n    ' + lines + "\n  ]\n}\n"
    (HERE / f"{name}.json").write_text(text)


def student_t():
    cases = []
    for degrees in [1, 2.5, 11, 23, 39, 200, 10000]:
        for t in [-40, -3.1, -1, 0, 0.5, 2.2, 8, 60]:
            tail = float(stats.t.sf(t, degrees))
            cases.append({"degrees": degrees, "t": t, "upper_tail": tail})
        for p in [0.0025, 0.2, 0.5, 0.975]:
            cases.append({"degrees": degrees, "p": p, "quantile": float(stats.t.ppf(p, degrees))})
    write("student_t", cases)


def incomplete_beta():
    cases = []
    for a in [0.5, 1, 3.7, 60, 1500]:
        for b in [0.5, 2, 41, 900]:
            for x in [1e-6, 0.03, 0.4, 0.77, 0.999]:
                cases.append({"x": x, "a": a, "b": b, "value": float(special.betainc(a, b, x))})
    write("incomplete_beta", cases)


def normal():
    write("normal", [{"z": z, "upper_tail": float(stats.norm.sf(z))} for z in [-9, -2, -0.3, 0, 1, 1.96, 6, 20, 37]])


def clopper_pearson():
    cases = []
    for hits, trials in [(0, 300), (1, 300), (3, 20), (57, 60), (60, 60), (500, 1000), (1, 1)]:
        for level in [0.9, 0.95, 0.99]:
            # binomtest's own interval comes from a root finder of low precision; these are its definition.
            tail = (1 - level) / 2
            low = float(stats.beta.ppf(tail, hits, trials - hits + 1)) if hits > 0 else 0.0
            high = float(stats.beta.isf(tail, hits + 1, trials - hits)) if hits < trials else 1.0
            cases.append({"hits": hits, "trials": trials, "level": level, "low": low, "high": high})
    write("clopper_pearson", cases)


def mann_whitney():
    random = numpy.random.default_rng(20)
    samples = [([1.1, 2.2, 3.3], [4.4, 5.5, 6.6]), ([5.0], [1.0, 2.0]), ([1, 1, 2, 2, 3], [2, 3, 3, 4]), ([7, 7], [7, 7, 8])]
    for m, n in [(8, 8), (12, 12), (5, 20), (40, 40)]:
        samples.append((random.normal(0, 1, m).round(6).tolist(), random.normal(0.5, 1, n).round(6).tolist()))
    for m, n in [(12, 12), (30, 25), (70, 80)]:
        samples.append((random.integers(0, 9, m).tolist(), random.integers(1, 10, n).tolist()))
    cases = []
    for first, second in samples:
        tied = len(set(first) | set(second)) < len(first) + len(second)
        method = "asymptotic" if tied or max(len(first), len(second)) > 50 else "exact"
        test = lambda side: float(stats.mannwhitneyu(second, first, alternative=side, method=method).pvalue)
        cases.append(
            {
                "first": first,
                "second": second,
                "method": method,
                "u": float(stats.mannwhitneyu(second, first).statistic),
                "second_larger": test("greater"),
                "second_smaller": test("less"),
                "two_sided": test("two-sided"),
            }
        )
    write("mann_whitney", cases)


def holm():
    """SciPy has no Holm: this is its definition, over sorted p values."""
    random = numpy.random.default_rng(21)
    cases = []
    for p in [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.2], random.beta(0.3, 2, 30).round(8).tolist()]:
        order = numpy.argsort(p, kind="stable")
        scaled = numpy.array(p)[order] * (len(p) - numpy.arange(len(p)))
        adjusted = numpy.empty(len(p))
        adjusted[order] = numpy.minimum(1, numpy.maximum.accumulate(scaled))
        cases.append({"p": p, "adjusted": adjusted.tolist()})
    write("holm", cases)


def randomisation():
    """All exchanges within pairs, for the difference of sums of whole numbers: SciPy holds rounding against ties."""
    random = numpy.random.default_rng(22)
    cases = []
    for pairs in [4, 7, 10, 12]:
        first = random.integers(9000, 11000, pairs)
        second = (first + random.integers(-300, 600, pairs))
        statistic = lambda a, b, axis: numpy.sum(b, axis=axis) - numpy.sum(a, axis=axis)
        test = lambda side: float(
            stats.permutation_test(
                (first, second), statistic, permutation_type="samples", vectorized=True, n_resamples=numpy.inf, alternative=side
            ).pvalue
        )
        cases.append({"first": first.tolist(), "second": second.tolist(), "at_least": test("greater"), "at_most": test("less")})
    write("randomisation", cases)


def bootstrap():
    """Percentile intervals and standard errors of the mean and of the 20th percentile: random, so compared within a few
    per cent of their width."""
    random = numpy.random.default_rng(23)
    cases = []
    for size in [12, 40]:
        values = random.normal(1000, 5, size).round(3)
        for name, statistic in [("mean", numpy.mean), ("p20", lambda x, axis: numpy.quantile(x, 0.2, axis=axis))]:
            found = stats.bootstrap(
                (values,), statistic, n_resamples=200_000, batch=10_000, confidence_level=0.95, method="percentile", rng=random
            )
            interval = found.confidence_interval
            cases.append(
                {
                    "values": values.tolist(),
                    "statistic": name,
                    "low": float(interval.low),
                    "high": float(interval.high),
                    "standard_error": float(found.standard_error),
                }
            )
    write("bootstrap", cases)


def quantile():
    random = numpy.random.default_rng(24)
    cases = []
    for size in [1, 2, 7, 24]:
        values = random.normal(0, 1, size).round(6)
        for at in [0, 0.2, 0.5, 0.975, 1]:
            cases.append({"values": values.tolist(), "at": at, "quantile": float(numpy.quantile(values, at))})
    write("quantile", cases)


for make in [student_t, incomplete_beta, normal, clopper_pearson, mann_whitney, holm, randomisation, bootstrap, quantile]:
    make()
