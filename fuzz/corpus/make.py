"""Writes the corpus: small files of each format, and files that were made to hurt. Needs nothing but Python.

    python3 fuzz/corpus/make.py

Files of other names in these folders are findings, and stay. A run adds the fixtures, vectors and chapters of the crate.
"""

import json
import struct
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
DATE = (1980, 1, 1, 0, 0, 0)


def write(target, name, content):
    path = HERE / target / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def npy(values, shape, dtype="<f8", code="d", order=False):
    """An array of numbers, or of bytes that are taken as they are."""
    header = f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    body = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}{code}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body


def npz(target, name, entries, deflate=True):
    path = write(target, name, b"")
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in entries:
            info = zipfile.ZipInfo(entry, DATE)
            info.compress_type = method
            archive.writestr(info, content)
    return path


W, B = ("W.npy", npy([0.5, -1.0], (1, 2))), ("b.npy", npy([0.25], (1,)))
V, C = ("V.npy", npy([1.0, -1.0], (2, 1))), ("c.npy", npy([0.0, 0.5], (2,)))
X = ("X.npy", npy([1.0, 2.0, 3.0, 4.0], (2, 2)))
LABELS = ("y.npy", npy([0, 1], (2,), "<i8", "q"))
ZEROS = lambda count: bytes(count)


def archives():
    both = [W, B, V, C, X, LABELS]
    npz("npz", "stored.npz", both, deflate=False)
    npz("npz", "deflated.npz", both)
    npz("npz", "distributions.npz", [X, ("Y.npy", npy([0.25, 0.75, 1.0, 0.0], (2, 2)))])
    npz("npz", "names_of_pytorch.npz", [("0.weight.npy", W[1]), ("2.weight.npy", V[1])])
    npz("npz", "float16.npz", [("W.npy", npy(struct.pack("<2e", 0.5, -1), (1, 2), "<f2")), V])
    npz("npz", "bool.npz", [("X.npy", npy(b"\x01\x00\x00\x01", (2, 2), "|b1")), LABELS])
    npz("npz", "fortran.npz", [("X.npy", npy([1.0, 2.0, 3.0, 4.0], (2, 2), order=True)), LABELS])
    npz("npz", "other_biases.npz", [W, V, ("b1.npy", B[1]), ("c1.npy", C[1])])
    npz("npz", "weights_of_samples.npz", [X, LABELS, ("sample_weight.npy", npy([1.0, 2.0], (2,)))])
    npz("npz", "transposed.npz", [("W.npy", npy([0.0] * 8, (4, 2))), ("V.npy", npy([0.0] * 8, (2, 4)))])
    npz("npz", "one_logit.npz", [W, ("V.npy", npy([1.0], (1, 1)))])
    deep = [0.5, -1.0, 0.25, 1.0, 0.0, -0.5]
    hidden = npy([1.0, -1.0, 0.5], (1, 3)), npy([1.0, -1.0, 0.5], (3, 1)), npy(deep, (2, 3))
    npz("npz", "deep.npz", [("W1.npy", W[1]), ("b1.npy", B[1]), ("W2.npy", hidden[1]), ("W3.npy", hidden[2])])
    npz("npz", "deep_from_0.npz", [("W0.npy", npy(deep, (3, 2))), ("W1.npy", hidden[2]), ("b1.npy", C[1])])
    npz("npz", "deep_transposed.npz", [("W1.npy", npy(deep, (2, 3))), ("W2.npy", npy(deep, (3, 2)))])
    npz("npz", "deep_with_a_gap.npz", [("W1.npy", W[1]), ("W4.npy", V[1]), ("b99999999999999999999.npy", B[1])])
    npz("npz", "deep_and_far.npz", [("W1.npy", W[1]), ("W18446744073709551615.npy", V[1])])
    npz("npz", "keras.npz", [("dense/kernel.npy", npy(deep, (2, 3))), ("dense/bias.npy", npy([0.0] * 3, (3,))),
                             ("dense_1/kernel.npy", npy(deep, (3, 2)))])  # fmt: skip
    npz("npz", "keras_variables.npz", [("layers/dense/vars/0.npy", npy(deep, (2, 3))), ("optimizer/vars/0.npy", B[1]),
                                       ("layers/dense_1/vars/0.npy", npy(deep, (3, 2)))])  # fmt: skip
    npz("npz", "flax_square.npz", [(f"params/Dense_{layer}/kernel.npy", npy([1.0, 2.0, 3.0, 4.0], (2, 2))) for layer in range(3)])
    npz("npz", "scikit_learn.npz", [("coefs_0.npy", npy(deep, (2, 3))), ("coefs_1.npy", npy(deep, (3, 2))),
                                    ("intercepts_0.npy", npy([0.5] * 3, (3,)))])  # fmt: skip
    npz("npz", "normalised.npz", [("0.weight.npy", W[1]), ("1.weight.npy", B[1]), ("1.running_mean.npy", B[1])])
    npz("npz", "convolution.npz", [("conv.weight.npy", npy(deep, (1, 1, 2, 3))), ("fc.weight.npy", V[1])])
    npz("npz", "sixty_names.npz", [(f"{chr(97 + index % 26)}{index}x.weight.npy", npy([1.0], (1, 1))) for index in range(60)])
    npz("npz", "thirteen_words.npz", [(f"{chr(97 + index)}.weight.npy", npy([1.0], (1, 1))) for index in range(13)])
    npz("npz", "label_of_60_million.npz", [X, ("y.npy", npy([0, 60_000_000], (2,), "<i8", "q"))])
    npz("npz", "label_of_60_thousand.npz", [X, ("y.npy", npy([0, 60_000], (2,), "<i8", "q"))])
    npz("npz", "largest_label.npz", [X, ("y.npy", npy([0, 2**63 - 1], (2,), "<i8", "q"))])
    npz("npz", "not_finite.npz", [("W.npy", npy([float("nan"), float("-inf")], (1, 2))), V])
    npz("npz", "sixty_thousand_classes.npz", [("W.npy", npy([0.5], (1, 1))), ("V.npy", npy(ZEROS(480_000), (60_000, 1)))])
    npz("npz", "unpacks_to_2.4_GB.npz", [("W.npy", npy(ZEROS(300_000_000), (1, 300_000_000), "|i1")), V])
    npz("npz", "claims_more_than_it_has.npz", [("W.npy", npy(ZEROS(16), (1, 300_000_000))), V])
    npz("npz", "shape_overflows.npz", [("W.npy", npy(ZEROS(16), (2**63 - 1, 2**63 - 1))), V])
    npz("npz", "no_columns.npz", [("W.npy", npy(b"", (10**18, 0))), V])
    npz("npz", "negative_shape.npz", [("W.npy", npy(ZEROS(16), (-1, 2))), V])
    npz("npz", "forty_axes.npz", [("W.npy", npy(ZEROS(8), (1,) * 40)), V])
    npz("npz", "objects.npz", [("W.npy", npy(b"\x80\x04N.", (1, 1), "|O")), V])
    npz("npz", "header_is_no_dictionary.npz", [("W.npy", W[1].replace(b"{", b"(")), V])
    npz("npz", "escapes_in_a_name.npz", [("\x1b[2J\x07\u202e.npy", W[1]), ("x" * 3000 + ".npy", V[1])])
    npz("npz", "twice.npz", [W, V, ("w.npy", W[1])])
    npz("npz", "many_names.npz", [(f"{index}.npy", b"") for index in range(300)])
    torn = (HERE / "npz/deflated.npz").read_bytes()
    write("npz", "torn.npz", torn[: len(torn) * 2 // 3])
    write("npz", "empty.npz", b"")
    write("npz", "bare_array.npz", W[1])


def checkpoints():
    about = {
        "step": 20, "seconds": 0.5, "samples": 4, "activation": "tanh", "data": 2**64 - 1,
        "settings": {
            "method": "hsr", "strength": 0.01, "steps": 20, "batch": None, "rate": 0.1, "momentum": 0.9,
            "schedule": "constant", "warm_up": 0, "normalised": False, "seed": 0, "threads": 1, "log_every": 10,
        },
    }  # fmt: skip
    velocity = ("velocity.npy", npy([0.0] * 7, (7,)))

    def checkpoint(name, velocity=velocity, arrays=(W, B, V, C), deflate=False, **changes):
        text = json.dumps({**about, **changes}, indent=1)
        npz("checkpoint", name, [*arrays, velocity, ("training.json", text)], deflate)

    checkpoint("right.npz")
    checkpoint("deflated.npz", deflate=True)
    checkpoint("gelu_tanh.npz", activation="gelu-tanh")
    checkpoint("no_such_activation.npz", activation="relu\x1b[2J")
    checkpoint("without_biases.npz", ("velocity.npy", npy([0.0] * 4, (4,))), (W, V))
    checkpoint("short_velocity.npz", ("velocity.npy", npy([0.0], (1,))))
    checkpoint("velocity_not_finite.npz", ("velocity.npy", npy([float("nan")] * 7, (7,))))
    checkpoint("more_samples_than_fit.npz", samples=2**63)
    checkpoint("negative_step.npz", step=-1)
    checkpoint("seconds_not_finite.npz", seconds=float("inf"))
    checkpoint("no_settings.npz", settings=None)
    checkpoint("method_of_its_own.npz", settings={**about["settings"], "method": "m" * 3000})
    checkpoint("mini_batch.npz", settings={**about["settings"], "batch": 0, "schedule": "cosine"})
    layers = [("W1.npy", W[1]), ("b1.npy", B[1]), ("W2.npy", npy([1.0, -1.0], (2, 1))), ("W3.npy", npy([0.5, 2.0], (1, 2)))]
    seven = {"arrays": layers, "activation": "tanh,silu", "loss": "squared"}
    checkpoint("deep.npz", **seven)
    checkpoint("deep_without_its_last_layer.npz", **{**seven, "arrays": layers[:3]})
    checkpoint("deep_with_layers_that_do_not_fit.npz", **{**seven, "arrays": [*layers[:3], ("W3.npy", npy([0.5, 2.0], (2, 1)))]})
    checkpoint("deep_with_too_few_activations.npz", **{**seven, "activation": "tanh"})
    checkpoint("many_activations.npz", activation=",".join(["tanh"] * 300))
    checkpoint("no_hidden_layer.npz", ("velocity.npy", npy([0.0] * 2, (2,))), [("W1.npy", W[1])], activation="", loss="poisson")
    checkpoint("no_such_loss.npz", loss="huber\x1b[2J")
    npz("checkpoint", "only_a_network.npz", [W, V])
    right = (HERE / "checkpoint/right.npz").read_bytes()
    write("checkpoint", "torn.npz", right[: len(right) // 2])
    write("checkpoint", "torn_at_the_end.npz", right[:-5])
    write("checkpoint", "zeros_at_the_end.npz", right[:-200] + ZEROS(200))


def safetensors(name, header, data=ZEROS(64), length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    write("safetensors", name, struct.pack("<Q", len(text) if length is None else length) + text + data)


def tensors():
    def tensor(shape, start, end, dtype="F64"):
        return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}

    values = struct.pack("<4d", 0.5, -1.0, 1.0, -1.0)
    usual = {"W": tensor([1, 2], 0, 16), "V": tensor([2, 1], 16, 32)}
    safetensors("network.safetensors", usual, values)
    own = {"encoder.weight": usual["W"], "head.weight": usual["V"], "__metadata__": {"format": "pt"}}
    safetensors("own_names.safetensors", own, values)
    safetensors("pytorch.safetensors", {"0.weight": usual["W"], "2.weight": usual["V"]}, values)
    sequential = {"0.weight": usual["W"], "3.weight": usual["V"], "0.bias": tensor([1], 32, 40), "10.weight": tensor([1, 2], 40, 56)}
    safetensors("dropout.safetensors", sequential, values + values[:24])
    safetensors("no_activation.safetensors", {"0.weight": usual["W"], "1.weight": usual["V"]}, values)
    safetensors("recurrent.safetensors", {**own, "rnn.weight_ih_l0": tensor([1, 2], 32, 48)}, values + values[:16])
    words = {"head.weight": tensor([1, 2], 0, 16), "a.weight": tensor([2, 2], 16, 48), "b.weight": tensor([2, 2], 48, 80)}
    safetensors("no_one_chain.safetensors", words, values + values + values[:16])
    for dtype, width in (("F32", 4), ("F16", 2), ("BF16", 2), ("F8_E4M3", 1), ("I64", 8), ("BOOL", 1)):
        arrays = {"W": tensor([1, 2], 0, 2 * width, dtype), "V": tensor([2, 1], 2 * width, 4 * width, dtype)}
        safetensors(f"{dtype.lower()}.safetensors", arrays, ZEROS(4 * width))
    safetensors("overlap.safetensors", {"W": tensor([1, 2], 0, 16), "V": tensor([2, 1], 8, 24)}, values)
    safetensors("shape_overflows.safetensors", {"W": tensor([2**62, 2**62], 0, 16)})
    safetensors("beyond_the_end.safetensors", {"W": tensor([1, 2], 0, 2**62)})
    safetensors("header_beyond_the_end.safetensors", usual, values, 2**63 - 1)
    safetensors("header_of_100_MB.safetensors", usual, values, 100_000_000)
    safetensors("escapes.safetensors", {"\x1b[2J" + "w" * 2000: tensor([1, 2], 0, 16)}, values)
    safetensors("nested.safetensors", b"[" * 3000)
    safetensors("no_object.safetensors", b'"W"')
    write("safetensors", "empty.safetensors", b"")


CASE = {
    "activation": "tanh", "W": [[0.5, -1]], "b": [0.25], "V": [[1], [-1]], "c": [0, 0.5],
    "X": [[1, 2], [3, 4]], "Y": [[1, 0], [0.25, 0.75]],
}  # fmt: skip


def objects():
    def case(name, **changes):
        write("json", name, json.dumps({**CASE, **changes}))

    case("case.json")
    case("question.json", id=1, quantities=["loss", "trace", "gradient"])
    case("sizes.json", shape={"samples": 2, "inputs": 2, "hidden": 1, "classes": 2, "biases": True})
    case("labels.json", Y=None, y=[0, 1])
    case("gelu_tanh.json", activation="gelu-tanh", b=None, c=None)
    case("label_of_60_million.json", Y=None, V=[[1]], y=[0, 60_000_000])
    case("largest.json", W=[[1.7976931348623157e308, -1e308]], X=[[1e308, 1e308], [5e-324, -0.0]])
    case("tiny.json", V=[[1e-160], [-1e-160]])
    case("ragged.json", W=[[1, 2], [3]])
    case("escapes.json", activation="\x1b[2J\x07\ufffe\u202e" + "a" * 2000)
    case("wrong_kinds.json", W={"0": []}, V="V", b=True, X=[], Y=[[]])
    case("quantities_of_other_kinds.json", id=-1, quantities=[["loss"], None, 1e400, "no such"])
    deep = {key: CASE[key] for key in ("X", "activation")}
    deep |= {"W1": [[0.5, -1]], "b1": [0.25], "W2": [[1], [-1]], "b2": None, "W3": [[1, 2]], "y": [0, 1], "loss": "multi-label"}

    def layers(name, **changes):
        write("json", name, json.dumps({**deep, **changes}))

    layers("deep.json")
    layers("deep_squared.json", loss="squared", activation=None, activations=["tanh", "relu"], sample_weight=[1, 2.5])
    layers("deep_poisson.json", loss="poisson", y=[3, 0], W1=[[1e3, 1e3]])
    layers("deep_one_layer.json", loss="squared", W2=None, W3=None, activation=None)
    layers("deep_three_activations.json", activation=None, activations=["tanh"] * 3)
    layers("deep_one_class.json", loss=None)
    layers("deep_with_a_gap.json", W2=None)
    layers("deep_and_far.json", b999999999=[1])
    layers("deep_three_axes.json", W2=[[[1]], [[2]]])
    layers("deep_loss_of_its_own.json", loss="\x1b[2J" + "l" * 3000)
    layers("deep_both.json", V=[[1]])
    layers("deep_sizes.json", shape={"samples": 2, "inputs": 2, "widths": [1, 2, 1], "biases": [True, False, True]})
    text = json.dumps(CASE)
    write("json", "byte_order_mark.json", b"\xef\xbb\xbf" + text.encode())
    write("json", "utf16.json", text.encode("utf-16"))
    write("json", "too_large_a_number.json", text.replace("0.25", "1e400"))
    write("json", "not_a_number.json", text.replace("0.25", "NaN"))
    write("json", "twice.json", text[:-1] + ', "W": [[1]]}')
    write("json", "nested.json", '{"W":' * 3000)
    write("json", "nested_lists.json", '{"W":' + "[" * 100_000)
    write("json", "torn.json", text[:60])
    write("json", "list.json", f"[{text}]")


def tables():
    rows = "".join(f"{index}.5,{index % 3},{'abc'[index % 3]}\n" for index in range(9))
    write("csv", "header.csv", "x,y,species\n" + rows)
    write("csv", "no_header.csv", rows)
    write("csv", "label_first.csv", "class,x\n0,1.5\n1,2.5\n0,3\n1,4\n")
    write("csv", "coordinate_y.csv", "x,y,blob\n" + rows)
    write("csv", "windows.csv", b"\xef\xbb\xbf" + ("x,y,label\n" + rows).replace("\n", "\r\n").encode())
    write("csv", "old_mac.csv", ("x,y,label\n" + rows).replace("\n", "\r"))
    write("csv", "semicolons.csv", ("x;y;label\n" + rows.replace(",", ";").replace(".", ",")))
    write("csv", "tabs.csv", ("x,y,label\n" + rows).replace(",", "\t"))
    write("csv", "quoted.csv", 'x,"a ""label"", quoted",label\n1,2,"a\nb"\n3,4,c\n')
    write("csv", "quote_without_end.csv", "x,y,label\n" + rows[:40] + '"' + rows)
    write("csv", "missing_labels.csv", "x,label\n1,0\n2,1\n3,nan\n4,NA\n5,inf\n6,None\n7,\n")
    write("csv", "missing_features.csv", "x,label\n1,a\nnan,b\n,a\ninf,b\n1e400,a\n")
    write("csv", "many_classes.csv", "x,id\n" + "".join(f"{index % 7},{index}\n" for index in range(2000)))
    write("csv", "seconds_since_1970.csv", "t,label\n" + "".join(f"{1.7e9 + index * 1e-6:.6f},{index % 2}\n" for index in range(40)))
    write("csv", "one_value.csv", "x,label\n" + "0.1,a\n0.1,b\n" * 9)
    write("csv", "largest.csv", "x,label\n1.7976931348623157e308,a\n-1.7976931348623157e308,b\n5e-324,a\n")
    write("csv", "ragged.csv", "x,y,label\n1,2,a\n1,b\n1,2,3,c\n")
    write("csv", "escapes.csv", "\x1b[2J,\x07,label\n1,2,\x1b[31mred\n3,4,\u202e" + "l" * 3000 + "\n")
    write("csv", "not_utf8.csv", b"x,label\n1,\xff\xfe\n2,\x00\n")
    write("csv", "blank_lines.csv", "\n\n  \nx,label\n\n1,a\n\n2,b\n\n")
    write("csv", "prices.csv", "rooms,garden,price\n" + "".join(f"{index % 5},{index % 2},{index * 0.37}\n" for index in range(30)))
    write("csv", "counts.csv", "hours,x,y\n" + "".join(f"{index * 0.5},{index % 3},{index * 7 % 4}\n" for index in range(12)))
    write("csv", "only_a_header.csv", "x,y,label\n")
    write("csv", "one_column.csv", "label\na\nb\n")
    write("csv", "empty.csv", "")


def derivations():
    def block(name, *lines):
        write("claims", name, "```claims\n" + "\n".join(lines) + "\n```\n")

    def chain(count, step, last):
        return [f"let l{index} = {step.format(index - 1)}" for index in range(1, count)] + [f"claim last: {last} = 0"]

    block("equality.md", "data x[N]", "claim a: sum[n] 2*x[n] = 2*sum[n] x[n]")
    block("false.md", "data x[N]", "claim a: x[n] = 2*x[n]")
    block("inequality.md", "data x", "assume x > 0", "claim a: ln(x) <= x - 1")
    block("derivative.md", "parameter w[h,d]", "let L = sum[i,l] w[i,l]^3", "claim a: d(L)/d w[i,l] = 3*w[i,l]^2")
    block("simplex.md", "data y[N,C]", "assume sum[k] y[n,k] = 1", "claim a: sum[k,n] y[n,k] = N")
    block("apart.md", "data S[C,C]", "claim a: S[k,l]*[k=l] = 0 for k != l")
    block("functions.md", "data x", "claim a: d(tanh(x))/d x = 1 - tanh(x)^2", "claim b: phi1(x) = d(phi(x))/d x")
    block("eigenvalue.md", "parameter w[C]", "let L = sum[k] w[k]^2", "claim a: lambda_max <= 2")
    block("forty_axes.md", f"data a[{','.join('N' * 40)}]", "claim a: 1 = 1")
    block("forty_axes_used.md", f"data a[{','.join('N' * 40)}]",
          f"claim a: a[{','.join(f'i{index}' for index in range(40))}] = 0")  # fmt: skip
    block("eight_axes.md", "data a[N,N,N,N,N,N,N,N]", "claim a: a[i,j,k,l,m,n,o,p] = 0")
    block("eight_axes_unused.md", "data a[N,N,N,N,N,N,N,N]", "data x", "claim a: x <= x")
    block("eight_axes_summed.md", "data a[N,N,N,N,N,N,N,N]", "claim a: sum[i,j,k,l,m,n,o,p] a[i,j,k,l,m,n,o,p] = 0")
    block("thirty_axes_unused.md", f"data a[{','.join('C' * 30)}]", "data x", "claim a: x = x")
    block("braces.md", "data x", "claim a: " + "(" * 20_000 + "x" + ")" * 20_000 + " = x")
    block("open_brackets.md", "data x", "claim a: " + "(" * 20_000)
    block("minus.md", "data x", "claim a: " + "-" * 20_000 + "x = x")
    block("sums.md", "data x[N]", "claim a: " + "sum[n] " * 3_000 + "x[n] = 0")
    block("long_sum.md", "data x", "claim a: " + "x + " * 5_000 + "x = 5001*x")
    block("long_product.md", "data x", "claim a: " + "x*" * 2_000 + "x = x")
    block("powers.md", "data x", "claim a: " + "(" * 50 + "x" + "^8)" * 50 + " = x")
    block("sixty_levels.md", "data x", "claim a: " + "exp(" * 29 + "-(" * 15 + "x" + ")" * 44 + " = x")
    block("thousand_tokens.md", "data x", "claim a: " + "x*" * 490 + "x = x")
    block("nested_functions.md", "data x", "claim a: " + "exp(" * 2_000 + "x" + ")" * 2_000 + " = x")
    block("derivatives.md", "data x", "claim a: " + "d(" * 12 + "tanh(x)" + ")/d x" * 12 + " = 0")
    block("chain_of_2000.md", "data l0", *chain(2_000, "l{0} + 1", "l1999"))
    block("chain_doubles.md", "data l0", *chain(60, "l{0}*l{0} + l{0}", "l59"))
    block("chain_of_functions.md", "data l0", *chain(300, "exp(sin(l{0}))", "l299"))
    block("long_lets.md", "data x", *[f"let f{i} = " + " + ".join(f"sin({j}*x)" for j in range(1, 60)) for i in range(3)],
          "claim a: d(d(d(f0*f1*f2)/d x)/d x)/d x = 0")  # fmt: skip
    block("third_derivative.md", "data x", "let f = " + "x*" * 330 + "x", "let g = " + "f+" * 330 + "f",
          "let h1 = " + "g*" * 330 + "g", "claim a: d(d(d(h1)/d x)/d x)/d x = 0")  # fmt: skip
    block("third_derivative_nested.md", "data x", "let f = " + "sin(" * 50 + "x" + ")" * 50,
          "let g = " + "tanh(" * 50 + "f" + ")" * 50, "let h1 = " + "sin(" * 50 + "g" + ")" * 50,
          "claim a: d(d(d(h1)/d x)/d x)/d x = 0")  # fmt: skip
    block("many_lets.md", *[f"data x{index}" for index in range(3_000)], "claim a: x0 = x0")
    block("many_claims.md", "data x", *[f"claim c{index}: x = x" for index in range(200)])
    block("large_number.md", "data x", f"claim a: x*{'9' * 400} = x^99999999999999999999")
    block("long_name.md", f"data {'x' * 5_000}", "claim a: 1 = 2")
    block("escapes.md", "data x", "claim a: x = \x1b[2J\x07", "# \u202e\ufffe")
    block("unicode.md", "data x", "claim a: x = 2*x + \u00e9\U0001f600")
    write("claims", "nested_formula.md", "$$" + "{" * 100_000 + "$$\n\n```claims\ndata x\nclaim a: x = x\n```\n")
    write("claims", "open_fence.md", "```claims\ndata x\nclaim a: x = x\n")
    write("claims", "fences.md", "````\n" * 3_000 + "```claims\ndata x\nclaim a: x = x\n```\n")
    write("claims", "quotes.md", ">" * 3_000 + "\n```claims\ndata x\nclaim a: x = x\n```\n")
    write("claims", "no_claims.md", "# Nothing\n")
    write("claims", "empty.md", "")


def answers():
    right = {
        "id": 1, "loss": 0.33420907309227155, "trace": 1.0030394366338278,
        "loss_gradient": [0.1, 0.2, 0.3], "gradient": {"W": [[1]], "V": [[2], [3]]},
        "hessian": [[1, 2, 3], [2, 4, 5], [3, 5, 6]],
    }  # fmt: skip
    hello = '{"id": 0, "name": "it"}\n'

    def lines(name, *answers, hello=hello):
        write("conform", name, hello + "".join(f"{line}\n" for line in answers))

    def changed(name, **changes):
        lines(name, json.dumps({**right, **changes}))

    changed("answer.txt")
    changed("not_finite.txt", trace=float("nan"), loss=float("inf"), loss_gradient=[float("-inf"), 0, None])
    changed("note.txt", note="the trace is NaN, the loss -Infinity", error_of=None)
    changed("error.txt", error="\x1b[2J" + "e" * 3000)
    changed("error_of_another_kind.txt", error=["no", {"text": 1}])
    changed("wrong_lengths.txt", loss_gradient=[1], hessian=[[1]], gradient={"W": [1]})
    changed("words.txt", trace="1.0", loss=True, loss_gradient="NaN", hessian=[["NaN"] * 3] * 3)
    changed("another_id.txt", id="1")
    changed("far_id.txt", id=2**64)
    lines("too_large.txt", json.dumps(right).replace("1.0030394366338278", "1e400"))
    lines("minus_zero.txt", '{"id": 1, "trace": -0.0, "loss": -0}')
    lines("twice.txt", '{"id": 1, "trace": 1, "trace": 2}')
    lines("rubbish.txt", "Traceback (most recent call last):", "\x1b[31mno\x07")
    lines("nested.txt", '{"id": 1, "trace":' + "[" * 20_000)
    lines("blank_line.txt", "", json.dumps(right))
    lines("nothing_answered.txt", '{"id": 1}')
    lines("unknown_activation.txt", hello='{"id": 0, "activations": ["relu\\u001b"]}\n')
    lines("precision.txt", hello='{"id": 0, "precision": "\\u001b[2Jfloat16"}\n')
    lines("single.txt", json.dumps(right), hello='{"id": 0, "precision": "float32", "quantities": ["trace"]}\n')
    lines("long_hello.txt", hello=json.dumps({"id": 0, "name": "\u001b\ufffe" + "n" * 20_000}) + "\n")
    lines("nothing_supported.txt", hello='{"id": 0, "biases": [], "quantities": []}\n')
    lines("not_utf8.txt", hello="")
    write("conform", "not_utf8.txt", b'{"id": 0}\n{"id": 1, "trace": "\xff"}\n')
    write("conform", "no_end_of_line.txt", '{"id": 0}')
    write("conform", "empty.txt", "")


archives()
checkpoints()
tensors()
objects()
tables()
derivations()
answers()
