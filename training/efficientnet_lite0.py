"""EfficientNet-Lite0 as an ONNX graph, from the weights of its PyTorch port.

The network (M. Tan, Q. Le: EfficientNet, ICML 2019; the Lite variant drops squeeze-and-excite and uses ReLU6):
a 3x3 stem, sixteen inverted residual blocks, a 1x1 head, the average over the picture, a dense layer.
Padding is TensorFlow's SAME, which is asymmetric at stride 2. Batch norm is folded into the convolutions in float64
and rounded once.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 224
EPSILON = 1e-3
# repeats, kernel, stride of the first, expansion, output channels
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class Builder:
    """Collects nodes and weights; `self.value` is the name of the newest tensor, `self.side` its height and width."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes, self.initializers = [], []
        self.value, self.side = "image", SIDE
        self.constant("zero", np.float32(0))
        self.constant("six", np.float32(6))

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        self.value = output

    def convolution(self, output, weights, norm, stride=1, depthwise=False, relu6=True):
        """Convolution with the batch norm `norm` folded in."""
        kernel, bias = folded(self.weights, weights, norm)
        size = kernel.shape[2]
        before, after = same_padding(self.side, size, stride)
        inputs = [self.value, self.constant(output + ".weight", kernel), self.constant(output + ".bias", bias)]
        raw = output + ".linear" if relu6 else output
        self.node("Conv", inputs, raw, kernel_shape=[size, size], strides=[stride, stride], dilations=[1, 1],
                  pads=[before, before, after, after], group=kernel.shape[0] if depthwise else 1)
        if relu6:
            self.node("Clip", [raw, "zero", "six"], output)
        self.side = -(-self.side // stride)


def same_padding(side, kernel, stride):
    """TensorFlow's SAME: the odd pixel goes to the bottom and the right."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def folded(weights, convolution, norm):
    """Kernel and bias (float32) of a convolution with its batch norm folded in."""
    gamma, beta, mean, variance = (
        weights[f"{norm}.{name}"].astype(np.float64) for name in ("weight", "bias", "running_mean", "running_var"))
    scale = gamma / np.sqrt(variance + EPSILON)
    kernel = weights[f"{convolution}.weight"].astype(np.float64) * scale[:, None, None, None]
    return kernel.astype(np.float32), (beta - mean * scale).astype(np.float32)


def graph(weights):
    """The checked model: input `image` [1,3,224,224]; outputs `logits` [1,1000] and `embedding` [1,1280]."""
    net = Builder(weights)
    net.convolution("stem", "_conv_stem", "_bn0", stride=2)
    channels, block = 32, 0
    for repeats, _kernel, first_stride, expansion, width in STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            name, prefix, entry = f"block{block}", f"_blocks.{block}.", net.value
            if expansion != 1:
                net.convolution(f"{name}.expand", prefix + "_expand_conv", prefix + "_bn0")
            net.convolution(f"{name}.depthwise", prefix + "_depthwise_conv", prefix + "_bn1", stride, depthwise=True)
            net.convolution(f"{name}.project", prefix + "_project_conv", prefix + "_bn2", relu6=False)
            if stride == 1 and channels == width:
                net.node("Add", [net.value, entry], f"{name}.sum")
            channels, block = width, block + 1
    net.convolution("head", "_conv_head", "_bn1")
    net.node("GlobalAveragePool", [net.value], "pooled")
    net.node("Flatten", [net.value], "embedding", axis=1)
    dense = [net.constant("dense.weight", weights["_fc.weight"].astype(np.float32)),
             net.constant("dense.bias", weights["_fc.bias"].astype(np.float32))]
    net.node("Gemm", ["embedding", *dense], "logits", transB=1)

    def tensor(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    model = helper.make_model(
        helper.make_graph(
            net.nodes, "efficientnet-lite0", [tensor("image", [1, 3, SIDE, SIDE])],
            [tensor("logits", [1, 1000]), tensor("embedding", [1, 1280])], net.initializers),
        opset_imports=[helper.make_opsetid("", 13)], producer_name="rooster")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model
