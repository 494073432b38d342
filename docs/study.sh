#!/usr/bin/env bash
# Every number and picture of study.md, into a folder for each part. Needs `hsr` on the path, or HSR.
#
#     docs/study.sh OUT
set -euo pipefail
out=${1:?which folder?}
hsr=${HSR:-hsr}

# Strengths chosen by validation loss, and all methods at their default strengths.
study() {
    local name=$1
    shift
    "$hsr" compare "$@" --trials 5 --out "$out/$name-chosen" >"$out/$name-chosen.txt"
    "$hsr" compare "$@" --trials 1 --out "$out/$name-default" >"$out/$name-default.txt"
}

mkdir -p "$out"
for activation in tanh sigmoid; do
    study "iris-$activation" --data iris --activation "$activation" --hidden 8 --steps 500 --seeds 10
    study "wine-$activation" --data wine --activation "$activation" --hidden 8 --steps 300 --seeds 10 --log-every 20
done
for activation in tanh sigmoid; do
    study "breast-cancer-$activation" --data breast-cancer --activation "$activation" --hidden 6 --steps 200 --seeds 10 \
        --batch 64 --log-every 25
    # Fewer strengths and methods: the time of a step grows with the square of the classes.
    "$hsr" compare --data digits --activation "$activation" --hidden 12 --steps 300 --batch 64 --rate 0.05 --seeds 10 \
        --methods sgd,hsr,hsr-block,sam --trials 3 --log-every 100 --out "$out/digits-$activation-chosen" \
        >"$out/digits-$activation-chosen.txt"
done

# As much time for sam as HSR took above, at the ratios of their steps.
equal_cost() {
    local data=$1
    shift
    "$hsr" compare --data "$data" --methods sam --activation tanh --seeds 10 --trials 5 --log-every 100 "$@" \
        --out "$out/$data-tanh-equal-cost" >"$out/$data-tanh-equal-cost.txt"
}
equal_cost iris --hidden 8 --steps 1750
equal_cost wine --hidden 8 --steps 1260
equal_cost breast-cancer --hidden 6 --steps 570 --batch 64

# Depth: one to four hidden layers of 8, all methods at their default strength.
depth() {
    local data=$1 layers=$2
    "$hsr" compare --data "$data" --layers "$layers" --activation tanh --methods hsr,hsr-layers,hsr-units --trials 1 \
        --seeds 10 --steps 300 --log-every 20 --out "$out/depth-$data-$layers" >"$out/depth-$data-$layers.txt"
}
for data in iris wine; do
    for layers in 8 8,8 8,8,8 8,8,8,8; do
        depth "$data" "$layers"
    done
done
