"""Makes cases.json: invented rows, and what pycanon (PyPI) says of them.

Needs pycanon; run as: python make.py > cases.json
"""

import json

import pandas
import pycanon
from pycanon import anonymity


def rows(seed, count, quasi, sensitive):
    """Rows of codes from a linear congruential generator, the rarer the higher."""
    state, made = seed, []
    for _ in range(count):
        row = []
        for codes in quasi + sensitive:
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            chance = (state >> 33) / 2**31
            row.append(int(codes * chance * chance))
        made.append(row)
    return made


def case(name, made, quasi, scales):
    names = [f"q{at}" for at in range(quasi)] + [f"s{at}" for at in range(len(scales))]
    frame = pandas.DataFrame(made, columns=names)
    for at, scale in enumerate(scales):
        if scale == "nominal":
            # Letters, so that codes keep their order as text.
            frame[f"s{at}"] = frame[f"s{at}"].map(lambda code: f"v{code:05}")
    known = (frame, names[:quasi], names[quasi:])
    c, l = anonymity.recursive_c_l_diversity(*known)
    return {
        "name": name, "quasi": quasi, "scales": scales, "rows": made,
        "k": anonymity.k_anonymity(*known[:2]),
        "alpha": anonymity.alpha_k_anonymity(*known)[0],
        "distinct": anonymity.l_diversity(*known),
        "entropy_whole": anonymity.entropy_l_diversity(*known),
        "recursive_from_rarest": None if l < 2 else int(c),
        "closeness": anonymity.t_closeness(*known),
        "beta_basic": anonymity.basic_beta_likeness(*known),
        "beta_enhanced": anonymity.enhanced_beta_likeness(*known),
        "delta": anonymity.delta_disclosure(*known),
    }


N, O = "nominal", "ordered"
CASES = [
    case("one class", rows(1, 40, [1], [5]), 1, [N]),
    case("two by three", rows(2, 200, [2, 3], [4]), 2, [N]),
    case("ordered", rows(3, 200, [2, 3], [12]), 2, [O]),
    case("several sensitive", rows(4, 300, [3, 2], [3, 9, 2]), 2, [N, O, N]),
    case("many classes", rows(5, 250, [6, 5, 4], [7]), 3, [N]),
    case("all alone", [[at, at % 3] for at in range(20)], 1, [N]),
    case("even", [[at % 4, at // 4 % 3] for at in range(48)], 1, [N]),
    case("even and ordered", [[at % 4, at // 4 % 6] for at in range(96)], 1, [O]),
]
print(json.dumps({"made_with": f"pycanon {pycanon.__version__}", "cases": CASES}, default=float))
