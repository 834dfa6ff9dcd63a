#!/usr/bin/env python3
"""Makes the small networks beside this file, with onnxruntime's answers inside.

    python3 -m venv venv && venv/bin/pip install onnx==1.23.2 onnxruntime==1.31.1 numpy
    venv/bin/python make_fixtures.py

Each file is a whole ONNX model. The answer to each output lies in it as an initialiser `expected:NAME` that no node
reads. The input is not stored: element i is ((i * 2654435761 mod 2^32) >> 16) / 32768 - 1, exactly.
Weights are random, from a seed made of the file's name.
"""
import pathlib
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent


def network_input(shape):
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return (((index * 2654435761 % 2**32) >> 16).astype(np.float32) / 32768 - 1).reshape(shape)


class Network:
    def __init__(self, name, shape, opset):
        self.name, self.opset, self.shape = name, opset, list(shape)
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.constants, self.outputs, self.count = [], [], [], 0

    def fresh(self, hint):
        self.count += 1
        return f"{hint}{self.count}"

    def constant(self, array, hint="c"):
        name = self.fresh(hint)
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weights(self, *shape, scale=None):
        fan = np.prod(shape[1:]) if len(shape) > 1 else 1
        return self.constant((self.random.standard_normal(shape) * (scale or (2 / fan) ** 0.5)).astype(np.float32), "w")

    def node(self, operator, *inputs, outputs=1, **attributes):
        names = [self.fresh(operator.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, name=f"n_{names[0]}", **attributes))
        return names[0]

    def ints(self, *values):
        return self.constant(np.array(values, np.int64), "i")

    def conv(self, x, channels, out, kernel=1, groups=1, bias=True, **attributes):
        inputs = [x, self.weights(out, channels // groups, kernel, kernel)]
        if bias:
            inputs.append(self.weights(out, scale=0.3))
        return self.node("Conv", *inputs, group=groups, kernel_shape=[kernel] * 2, **attributes)

    def norm(self, x, channels):
        r = self.random
        values = [r.uniform(0.5, 1.5, channels), r.normal(0, 0.2, channels), r.normal(0, 0.2, channels),
                  r.uniform(0.3, 1.5, channels)]
        return self.node("BatchNormalization", x, *[self.constant(v.astype(np.float32)) for v in values], epsilon=1e-3)

    def relu6(self, x):
        if self.opset < 11:
            return self.node("Clip", x, min=0.0, max=6.0)
        return self.node("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))

    def save(self, *outputs):
        value = lambda name, shape=None: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(
            self.nodes, self.name, [value("x", self.shape)], [value(o) for o in outputs], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="fixtures")
        model.ir_version = 8
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        for name, answer in zip(outputs, session.run(list(outputs), {"x": network_input(self.shape)})):
            assert np.isfinite(answer).all(), (self.name, name)
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(answer, np.float32), f"expected:{name}"))
            for output in model.graph.output:
                if output.name == name:
                    output.CopyFrom(value(name, list(answer.shape)))
        data = model.SerializeToString(deterministic=True)
        (HERE / f"{self.name}.onnx").write_bytes(data)
        return len(data)


def mobilenet_v2():
    n = Network("mobilenet-v2", [1, 3, 33, 29], 13)
    same = dict(auto_pad="SAME_UPPER")
    x = n.relu6(n.norm(n.conv("x", 3, 8, 3, bias=False, strides=[2, 2], **same), 8))
    x = n.relu6(n.norm(n.conv(x, 8, 8, 3, groups=8, bias=False, pads=[1, 1, 1, 1]), 8))
    x = n.norm(n.conv(x, 8, 12, bias=False), 12)
    for stride, kernel in ((1, 3), (2, 5)):
        y = n.relu6(n.norm(n.conv(x, 12, 40, bias=False), 40))
        y = n.relu6(n.norm(n.conv(y, 40, 40, kernel, groups=40, bias=False, strides=[stride] * 2, **same), 40))
        y = n.norm(n.conv(y, 40, 12, bias=False), 12)
        x = n.node("Add", x, y) if stride == 1 else y
    embedding = n.node("Flatten", n.node("GlobalAveragePool", n.relu6(n.conv(x, 12, 50))))
    dropped = n.node("Dropout", embedding)
    logits = n.node("Gemm", dropped, n.weights(37, 50), n.weights(37), transB=1)
    return n.save(logits, embedding, n.node("Softmax", logits, axis=1))


def squeeze_excite(n, x, channels, squeezed, modern):
    s = n.node("GlobalAveragePool", x) if modern else n.node("ReduceMean", x, axes=[2, 3], keepdims=1)
    s = n.node("Relu", n.conv(s, channels, squeezed))
    s = n.conv(s, squeezed, channels)
    return n.node("Mul", x, hard_sigmoid(n, s, modern))


def hard_sigmoid(n, x, modern):
    if modern:
        return n.node("HardSigmoid", x, alpha=1 / 6, beta=0.5)
    clipped = n.relu6(n.node("Add", x, n.constant(np.float32(3))))
    return n.node("Div", clipped, n.constant(np.float32(6)))


def hard_swish(n, x, modern):
    if modern:
        return n.node("HardSwish", x)
    clipped = n.relu6(n.node("Add", x, n.constant(np.float32(3))))
    return n.node("Div", n.node("Mul", x, clipped), n.constant(np.float32(6)))


def mobilenet_v3(modern):
    n = Network("mobilenet-v3" if modern else "mobilenet-v3-opset-10", [1, 3, 32, 32], 14 if modern else 10)
    x = hard_swish(n, n.norm(n.conv("x", 3, 8, 3, bias=False, strides=[2, 2], pads=[1, 1, 1, 1]), 8), modern)
    y = n.node("Relu", n.norm(n.conv(x, 8, 8, 3, groups=8, bias=False, pads=[1, 1, 1, 1]), 8))
    y = squeeze_excite(n, y, 8, 4, modern)
    x = n.node("Add", n.norm(n.conv(y, 8, 8, bias=False), 8), x)
    y = hard_swish(n, n.norm(n.conv(x, 8, 24, bias=False), 24), modern)
    y = hard_swish(n, n.norm(n.conv(y, 24, 24, 5, groups=24, bias=False, strides=[2, 2], pads=[2, 2, 2, 2]), 24), modern)
    y = squeeze_excite(n, y, 24, 8, modern)
    x = n.norm(n.conv(y, 24, 16, bias=False), 16)
    x = hard_swish(n, n.norm(n.conv(x, 16, 32, bias=False), 32), modern)
    x = n.node("GlobalAveragePool", x)
    x = hard_swish(n, n.conv(x, 32, 40), modern)
    embedding = n.node("Reshape", x, n.ints(0, -1))
    return n.save(n.node("Gemm", embedding, n.weights(40, 21), n.weights(21)), embedding)


def resnet(bottleneck):
    n = Network("resnet-bottleneck" if bottleneck else "resnet", [1, 3, 40, 40], 12)
    x = n.node("Relu", n.norm(n.conv("x", 3, 10, 7, bias=False, strides=[2, 2], pads=[3, 3, 3, 3]), 10))
    x = n.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 10
    for out, stride in ((10, 1), (16, 2)):
        shortcut = x
        if bottleneck:
            y = n.node("Relu", n.norm(n.conv(x, channels, 8, bias=False), 8))
            y = n.node("Relu", n.norm(n.conv(y, 8, 8, 3, groups=2, bias=False, strides=[stride] * 2, pads=[1] * 4), 8))
            y = n.norm(n.conv(y, 8, out, bias=False), out)
        else:
            y = n.node("Relu", n.norm(n.conv(x, channels, out, 3, bias=False, strides=[stride] * 2, pads=[1] * 4), out))
            y = n.norm(n.conv(y, out, out, 3, bias=False, pads=[1] * 4), out)
        if stride > 1:
            shortcut = n.norm(n.conv(x, channels, out, 1, bias=False, strides=[stride] * 2), out)
        x = n.node("Relu", n.node("Add", y, shortcut))
        channels = out
    x = n.node("GlobalAveragePool", x)
    # What PyTorch writes for x.view(x.size(0), -1).
    batch = n.node("Gather", n.node("Shape", x), n.constant(np.int64(0)), axis=0)
    shape = n.node("Concat", n.node("Unsqueeze", batch, axes=[0]), n.ints(-1), axis=0)
    embedding = n.node("Reshape", x, shape)
    logits = n.node("Gemm", embedding, n.weights(13, channels), n.weights(13), transB=1)
    return n.save(logits, embedding)


def convolutions():
    n = Network("convolutions", [1, 6, 13, 11], 13)
    a = [n.conv("x", 6, 10, 3, groups=2, pads=[1, 0, 2, 1], strides=[1, 2]),
         n.conv("x", 6, 6, 3, groups=6, dilations=[2, 3], pads=[2, 3, 2, 3]),
         n.conv("x", 6, 12, 3, groups=6, pads=[1, 1, 1, 1]),
         n.conv("x", 6, 5, 4, strides=[2, 1], auto_pad="SAME_LOWER"),
         n.conv("x", 6, 35, 1, strides=[2, 3]),
         n.conv("x", 6, 4, 1, groups=2),
         n.conv("x", 6, 4, 1, pads=[1, 0, 0, 2]),
         n.conv("x", 6, 9, 5, auto_pad="VALID"),
         n.conv("x", 6, 3, 4, auto_pad="SAME_UPPER", strides=[3, 2], bias=False)]
    padded = n.node("Pad", "x", n.ints(0, 0, 1, 2, 0, 0, 3, 0))
    a.append(n.conv(padded, 6, 4, 3, strides=[2, 2]))
    return n.save(*a)


def pools():
    n = Network("pools", [2, 3, 11, 9], 13)
    a = []
    for operator, extra in (("MaxPool", {}), ("AveragePool", {}), ("AveragePool", dict(count_include_pad=1))):
        for ceil in (0, 1):
            a.append(n.node(operator, "x", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], ceil_mode=ceil, **extra))
        a.append(n.node(operator, "x", kernel_shape=[3, 3], strides=[2, 3], auto_pad="SAME_UPPER", **extra))
        a.append(n.node(operator, "x", kernel_shape=[4, 4], strides=[3, 3], auto_pad="SAME_LOWER", **extra))
    a.append(n.node("MaxPool", "x", kernel_shape=[3, 3], dilations=[2, 2]))
    a.append(n.node("GlobalAveragePool", "x"))
    a += [n.node("ReduceMean", "x", axes=axes, keepdims=keep)
          for axes, keep in (([2, 3], 0), ([1], 1), ([-1], 0), ([0, 2], 1), ([1, 2, 3], 0))]
    return n.save(*a)


def elementwise():
    n = Network("elementwise", [2, 5, 4, 3], 14)
    w = n.weights
    a = [n.node("Add", "x", n.node("Mul", "x", n.constant(np.float32(-1.5)))), n.node("Mul", "x", "x"),
         n.node("Add", "x", w(5, 1, 1)), n.node("Mul", w(1, 5, 1, 1), "x"), n.node("Sub", "x", w(3)),
         n.node("Sub", n.constant(np.float32(1)), "x"), n.node("Div", "x", n.constant(np.full((4, 1), 2.5, np.float32))),
         n.node("Div", n.constant(np.float32(2)), n.node("Add", "x", n.constant(np.float32(3)))),
         n.node("Mul", "x", n.node("GlobalAveragePool", "x")), n.node("Add", "x", n.node("GlobalAveragePool", "x")),
         n.node("Mul", "x", n.node("ReduceMean", "x", axes=[0, 2, 3])),
         n.node("Mul", "x", n.node("ReduceMean", "x", axes=[1])), n.node("Add", "x", w(1, 2, 5, 4, 3)),
         n.node("Relu", "x"), n.node("Sigmoid", "x"), n.node("HardSigmoid", "x"), n.node("HardSwish", "x"),
         n.node("Mul", "x", n.node("Sigmoid", "x")),
         n.node("Clip", "x", "", n.constant(np.float32(0.25))), n.node("Clip", "x", n.constant(np.float32(-0.5))),
         n.node("Relu", n.norm("x", 5)), n.node("Relu", n.node("Add", "x", w(2, 5, 4, 3)))]
    return n.save(*a)


def movement():
    n = Network("movement", [2, 4, 3, 5], 13)
    flat = n.node("Flatten", "x")
    conv = n.conv("x", 4, 6, 3, pads=[1, 1, 1, 1])
    a = [n.node("Concat", "x", conv, axis=1), n.node("Concat", "x", "x", axis=-1), n.node("Concat", conv, conv, axis=0),
         n.node("Concat", flat, flat, axis=1), n.node("Flatten", conv), n.node("Flatten", "x", axis=3),
         n.node("Reshape", conv, n.ints(2, -1, 9)), n.node("Reshape", "x", n.ints(0, 2, -1, 0, 1)),
         n.node("Unsqueeze", flat, n.ints(0, -1)), n.node("Squeeze", n.node("ReduceMean", "x", axes=[2]), n.ints(2)),
         n.node("Squeeze", n.node("ReduceMean", "x", axes=[1, 3])),
         n.node("Pad", "x", n.ints(0, 1, 2, 0, 1, 0, 1, 3), n.constant(np.float32(0.5))),
         n.node("Pad", conv, n.ints(0, 1, 0, 2, 0, 2, 1, 0)),
         n.node("Softmax", "x"), n.node("Softmax", conv, axis=1), n.node("Softmax", flat, axis=1),
         n.node("Identity", "x"), n.node("MatMul", "x", n.weights(5, 33)), n.node("MatMul", flat, n.weights(60, 7)),
         n.node("Gemm", flat, n.weights(60, 70), n.weights(70), alpha=0.5, beta=2.0),
         n.node("Gemm", flat, n.weights(3, 60), n.constant(np.float32(0.7)), transB=1),
         n.node("Gemm", flat, n.weights(60, 2)), n.node("Relu", n.node("Gemm", flat, n.weights(60, 9), n.weights(1, 9)))]
    return n.save(*a)


def shapes():
    n = Network("shapes", [1, 4, 3, 5], 13)
    shape = n.node("Shape", "x")
    last = n.node("Slice", shape, n.ints(-2), n.ints(2**31 - 1), n.ints(0))
    first = n.node("Cast", n.node("Cast", n.node("Slice", shape, n.ints(1), n.ints(-2)), to=1), to=7)
    swapped = n.node("Concat", last, first, n.node("Gather", shape, n.ints(0)), axis=0)
    product = n.node("Mul", n.node("Gather", shape, n.constant(np.int64(-1))), n.node("Gather", shape, n.constant(np.int64(2))))
    joined = n.node("Concat", n.ints(-1), n.node("Unsqueeze", product, n.ints(0)), axis=0)
    reverse = n.node("Slice", n.constant(np.arange(12, dtype=np.float32).reshape(3, 4)), n.ints(-1, 3), n.ints(-9, 0),
                     n.ints(0, 1), n.ints(-1, -2))
    table = n.node("Gather", n.constant(np.arange(20, dtype=np.float32).reshape(4, 5)), n.constant(np.array([[3, -1], [0, 2]])))
    constants = [n.node("Constant", value_float=1.5), n.node("Constant", value_floats=[0.5] * 5)]
    return n.save(n.node("Reshape", "x", swapped), n.node("Reshape", "x", joined), reverse, table,
                  n.node("Add", n.node("Mul", "x", constants[0]), constants[1]))


def old_softmax():
    n = Network("softmax-opset-11", [2, 3, 4], 11)
    return n.save(n.node("Softmax", "x"), n.node("Softmax", "x", axis=2), n.node("Softmax", "x", axis=0))


def new_axes():
    n = Network("axes-opset-18", [1, 3, 4, 5], 18)
    return n.save(n.node("ReduceMean", "x", n.ints(2, 3)), n.node("ReduceMean", "x", keepdims=0),
                  n.node("Pad", "x", n.ints(1, 2, 0, 1), "", n.ints(3, -2)))


if __name__ == "__main__":
    for path in HERE.glob("*.onnx"):
        path.unlink()
    total = 0
    for size in (mobilenet_v2(), mobilenet_v3(True), mobilenet_v3(False), resnet(False), resnet(True), convolutions(),
                 pools(), elementwise(), movement(), shapes(), old_softmax(), new_axes()):
        total += size
    print(f"{total} bytes")
