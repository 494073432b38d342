"""The times of `cargo bench --bench fast`, as criterion leaves them in target/criterion."""

import json


def best_seconds(directory, group, function, threads):
    """The least median over the routes of hsr, with the route: (seconds, name), or None where nothing was measured."""
    found = []
    for path in directory.glob("**/new/benchmark.json"):
        benchmark = json.loads(path.read_text())
        route, _, count = (benchmark["value_str"] or "").partition(", ")
        if (benchmark["group_id"], benchmark["function_id"], count) == (group, function, f"{threads} threads"):
            estimates = json.loads(path.with_name("estimates.json").read_text())
            found.append((estimates["median"]["point_estimate"] * 1e-9, route))
    return min(found, default=None)
