"""The times of `cargo bench --bench fast`, as criterion leaves them in target/criterion."""

import json


def seconds(directory, group, function, threads):
    """For each route of hsr that was measured: the median, and the least mean of a sample."""
    found = {}
    for path in directory.glob("**/new/benchmark.json"):
        benchmark = json.loads(path.read_text())
        route, _, count = (benchmark["value_str"] or "").partition(", ")
        if (benchmark["group_id"], benchmark["function_id"], count) == (group, function, f"{threads} threads"):
            estimates = json.loads(path.with_name("estimates.json").read_text())
            sample = json.loads(path.with_name("sample.json").read_text())
            least = min(time / calls for time, calls in zip(sample["times"], sample["iters"]))
            found[route] = (estimates["median"]["point_estimate"] * 1e-9, least * 1e-9)
    return found
