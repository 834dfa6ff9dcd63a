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


def swish(n, x):
    return n.node("Mul", x, n.node("Sigmoid", x))


def efficientnet():
    n = Network("efficientnet", [1, 3, 32, 32], 13)
    x = swish(n, n.norm(n.conv("x", 3, 8, 3, bias=False, strides=[2, 2], pads=[1] * 4), 8))
    for inputs, outputs, stride in ((8, 8, 1), (8, 12, 2)):
        inner = 4 * inputs
        y = swish(n, n.norm(n.conv(x, inputs, inner, bias=False), inner))
        y = swish(n, n.norm(n.conv(y, inner, inner, 3, groups=inner, bias=False, strides=[stride] * 2, pads=[1] * 4), inner))
        s = swish(n, n.conv(n.node("ReduceMean", y, axes=[2, 3], keepdims=1), inner, 4))
        y = n.node("Mul", y, n.node("Sigmoid", n.conv(s, 4, inner)))
        y = n.norm(n.conv(y, inner, outputs, bias=False), outputs)
        x = n.node("Add", y, x) if stride == 1 else y
    x = n.node("Flatten", n.node("GlobalAveragePool", swish(n, n.conv(x, 12, 20))))
    return n.save(n.node("Gemm", x, n.weights(11, 20), n.weights(11), transB=1))


def layer_norm(n, x, channels):
    scale = n.constant(n.random.uniform(0.5, 1.5, channels).astype(np.float32))
    return n.node("LayerNormalization", x, scale, n.weights(channels, scale=0.2), axis=-1, epsilon=1e-6)


def gelu(n, x):
    power = n.node("Erf", n.node("Div", x, n.constant(np.float32(2**0.5))))
    return n.node("Mul", n.node("Mul", x, n.node("Add", power, n.constant(np.float32(1)))), n.constant(np.float32(0.5)))


def convnext():
    n = Network("convnext", [1, 3, 24, 24], 17)
    turned = lambda x: n.node("Transpose", x, perm=[0, 2, 3, 1])
    back = lambda x: n.node("Transpose", x, perm=[0, 3, 1, 2])
    x = back(layer_norm(n, turned(n.conv("x", 3, 12, 4, strides=[4, 4])), 12))
    for _ in range(2):
        y = layer_norm(n, turned(n.conv(x, 12, 12, 7, groups=12, pads=[3] * 4)), 12)
        y = gelu(n, n.node("Add", n.node("MatMul", y, n.weights(12, 32, scale=0.3)), n.weights(32, scale=0.2)))
        y = back(n.node("Add", n.node("MatMul", y, n.weights(32, 12, scale=0.2)), n.weights(12, scale=0.2)))
        x = n.node("Add", n.node("Mul", y, n.weights(12, 1, 1)), x)
    x = n.node("ReduceMean", x, axes=[-2, -1], keepdims=1)
    x = n.node("Flatten", layer_norm(n, turned(x), 12))
    return n.save(n.node("Gemm", x, n.weights(9, 12), n.weights(9), transB=1))


def shufflenet():
    n = Network("shufflenet", [1, 3, 32, 32], 12)
    x = n.node("Relu", n.norm(n.conv("x", 3, 12, 3, bias=False, strides=[2, 2], pads=[1] * 4), 12))
    for split in (True, False):
        if split:
            n.count += 1
            parts = [f"part{n.count}", f"rest{n.count}"]
            n.nodes.append(helper.make_node("Split", [x], parts, axis=1))
        else:
            parts = [n.node("Slice", x, n.ints(start), n.ints(start + 6), n.ints(1)) for start in (0, 6)]
        y = n.node("Relu", n.conv(parts[1], 6, 6))
        y = n.node("Relu", n.norm(n.conv(n.conv(y, 6, 6, 3, groups=6, pads=[1] * 4), 6, 6, bias=False), 6))
        x = n.node("Concat", parts[0], y, axis=1)
        x = n.node("Transpose", n.node("Reshape", x, n.ints(1, 2, 6, 16, 16)), perm=[0, 2, 1, 3, 4])
        x = n.node("Reshape", x, n.ints(1, 12, 16, 16))
    x = n.node("ReduceMean", n.node("Relu", n.conv(x, 12, 20)), axes=[2, 3], keepdims=0)
    return n.save(n.node("Gemm", x, n.weights(7, 20), n.weights(7), transB=1))


def densenet_inception():
    n = Network("densenet-inception", [1, 3, 30, 30], 11)
    x = n.node("LRN", n.node("Relu", n.conv("x", 3, 10, 5, strides=[2, 2], pads=[2] * 4)), size=5, alpha=0.01, beta=0.75)
    channels = 10
    for _ in range(2):
        y = n.conv(n.node("Relu", n.norm(x, channels)), channels, 8, 3, bias=False, pads=[1] * 4)
        x, channels = n.node("Concat", x, y, axis=1), channels + 8
    x = n.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    pooled = n.node("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4)
    x = n.node("Concat", n.conv(x, channels, 4), n.conv(x, channels, 6, 3, pads=[1] * 4),
               n.node("LeakyRelu", n.conv(pooled, channels, 5), alpha=0.1), axis=1)
    x = n.node("AveragePool", x, kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=1)
    x = n.node("PRelu", x, n.weights(15, 1, 1))
    x = n.node("Flatten", n.node("GlobalMaxPool", n.node("Dropout", x)))
    return n.save(n.node("Softmax", n.node("Gemm", x, n.weights(8, 15), n.weights(8), transB=1), axis=1))


def attention():
    n = Network("attention", [1, 3, 16, 16], 17)
    x = n.node("Reshape", n.conv("x", 3, 16, 4, strides=[4, 4]), n.ints(1, 16, 16))
    x = layer_norm(n, n.node("Transpose", x, perm=[0, 2, 1]), 16)
    n.nodes.append(helper.make_node("Split", [n.node("MatMul", x, n.weights(16, 48, scale=0.3)), n.ints(16, 16, 16)],
                                    ["query", "key", "value"], axis=2))
    heads = lambda value, order: n.node("Transpose", n.node("Reshape", value, n.ints(1, 16, 2, 8)), perm=order)
    shares = n.node("MatMul", heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]))
    shares = n.node("Softmax", n.node("Mul", shares, n.constant(np.float32(0.35))), axis=-1)
    y = n.node("Transpose", n.node("MatMul", shares, heads("value", [0, 2, 1, 3])), perm=[0, 2, 1, 3])
    x = n.node("ReduceMean", n.node("Add", x, n.node("Reshape", y, n.ints(1, 16, 16))), axes=[1], keepdims=0)
    return n.save(n.node("Gemm", x, n.weights(6, 16), n.weights(6), transB=1))


def operators():
    n = Network("operators", [2, 4, 6, 4], 18)
    positive = n.node("Add", n.node("Abs", "x"), n.constant(np.float32(0.1)))
    a = [n.node(o, "x") for o in ("Elu", "Selu", "Celu", "Tanh", "Erf", "Softplus", "Softsign", "Mish", "LeakyRelu",
                                  "ThresholdedRelu", "Exp", "Floor", "Ceil", "Round", "Sign", "Neg", "GlobalMaxPool")]
    a += [n.node(o, positive) for o in ("Log", "Sqrt", "Reciprocal")]
    a += [n.node(o, positive, n.ints(1)) for o in ("ReduceSum", "ReduceMax", "ReduceL2", "ReduceLogSumExp", "ReduceProd")]
    a += [n.node("LogSoftmax", "x", axis=2), n.node("Softmax", "x", axis=2), n.node("Pow", positive, n.constant(np.float32(1.7))),
          n.node("Max", "x", positive, n.weights(4)), n.node("PRelu", "x", n.weights(4, 1, 1)), n.node("Mean", "x", positive),
          n.node("Transpose", "x", perm=[2, 0, 3, 1]), n.node("Tile", "x", n.ints(1, 2, 1, 3)),
          n.node("Expand", n.weights(6, 1), n.ints(2, 4, 6, 4)), n.node("DepthToSpace", "x", blocksize=2),
          n.node("SpaceToDepth", "x", blocksize=2), n.node("Slice", "x", n.ints(-1, 1), n.ints(-9, 4), n.ints(2, 3), n.ints(-2, 1)),
          n.node("Where", n.node("Greater", "x", n.constant(np.float32(0))), "x", n.weights(4)),
          n.node("Pad", "x", n.ints(0, 0, 2, 1, 0, 0, 1, 2), mode="reflect"),
          n.node("Pad", "x", n.ints(0, 1, 1, 0, 0, 0, 2, 3), mode="edge"),
          n.node("Resize", "x", "", n.constant(np.array([1, 1, 2, 1.5], np.float32)), mode="linear"),
          n.node("Resize", "x", "", "", n.ints(2, 4, 3, 8), mode="nearest"),
          n.node("InstanceNormalization", "x", n.weights(4), n.weights(4)), n.node("LRN", "x", size=3),
          n.node("Cast", n.node("ArgMax", "x", axis=1), to=1), n.node("CumSum", "x", n.constant(np.int64(2))),
          n.node("DequantizeLinear", n.node("QuantizeLinear", "x", n.constant(np.float32(0.02)), n.constant(np.uint8(120))),
                 n.constant(np.float32(0.02)), n.constant(np.uint8(120)))]
    return n.save(*a)


if __name__ == "__main__":
    for path in HERE.glob("*.onnx"):
        path.unlink()
    total = 0
    for size in (mobilenet_v2(), mobilenet_v3(True), mobilenet_v3(False), resnet(False), resnet(True), convolutions(),
                 pools(), elementwise(), movement(), shapes(), old_softmax(), new_axes(), efficientnet(), convnext(),
                 shufflenet(), densenet_inception(), attention(), operators()):
        total += size
    print(f"{total} bytes")
