"""Makes the int8 version of EfficientNet-Lite0's network: an ONNX file with QuantizeLinear and DequantizeLinear (QDQ).

usage: quantise.py REGISTRY TARGET.onnx PHOTOS...      (needs numpy, onnx and Pillow)

PHOTOS are folders of varied photos, at least 64 in all; none that accuracy is judged on. No labels and no gradients:
the scales and offsets of the linear values are moved into the weights beside them (exact in fp32), weights are rounded
layer by layer against the covariance of what the layer reads, and biases are matched to the means of the fp32 network, after
ReLU6. The arithmetic that the file is made for: docs/decisions/int8-arithmetic.md.
"""
import json
import pathlib
import sys
import time

import numpy as np
import onnx
from onnx import helper, numpy_helper

import golden

RANGE_PHOTOS, PHOTOS = 128, 64

registry, dst = pathlib.Path(sys.argv[1]), sys.argv[2]
manifest = json.loads((registry / "efficientnet-lite0" / "1" / "manifest.json").read_text(encoding="utf-8"))
src = registry / "backbones" / f"{manifest['backbone']['sha256']}.onnx"
# One of each folder in turn, so that every kind of photo is among the first.
folders = [sorted(pathlib.Path(folder).glob("*.jp*g")) for folder in sys.argv[3:]]
photos = [photo for row in zip(*folders) for photo in row][:RANGE_PHOTOS]
if len(photos) < PHOTOS:
    sys.exit(f"{len(photos)} photos: {PHOTOS} are needed")
x0 = np.concatenate([golden.tensor(photo, manifest["preprocessing"]) for photo in photos]).transpose(0, 2, 3, 1)
N = PHOTOS
f32 = np.float32
g = onnx.load(src).graph
init = {i.name: numpy_helper.to_array(i) for i in g.initializer}
cons = {}
for n in g.node:
    for i in n.input: cons.setdefault(i, []).append(n)
L, prod = [], {}
for n in g.node:
    if n.op_type == 'Conv':
        at = {x.name: helper.get_attribute_value(x) for x in n.attribute}
        l = dict(name=n.name or n.output[0], W=init[n.input[1]].astype(np.float64), b=init[n.input[2]].astype(np.float64),
                 s=at.get('strides', [1, 1])[0], pads=at.get('pads', [0]*4), group=at.get('group', 1), inp=n.input[0], relu=False, add=None)
        out = n.output[0]
        nx = cons[out][0]
        if nx.op_type == 'Clip': l['relu'] = True; out = nx.output[0]
        elif nx.op_type == 'Add':
            l['add'] = [i for i in nx.input if i != out][0]; out = nx.output[0]
        l['out'] = out; L.append(l); prod[out] = l
        l['kind'] = 'dw' if l['group'] > 1 else ('pw' if l['W'].shape[2] == 1 else 'stem')
    elif n.op_type == 'Gemm':
        dense = (init[n.input[1]], init[n.input[2]])
image = g.input[0].name

def cols(x, l):
    """x [N,H,W,C] -> generator of (tap index, strided view)"""
    k = l['W'].shape[2]; p = l['pads']; s = l['s']
    xp = np.pad(x, ((0, 0), (p[0], p[2]), (p[1], p[3]), (0, 0)))
    H = (xp.shape[1]-k)//s+1; Wd = (xp.shape[2]-k)//s+1
    for ky in range(k):
        for kx in range(k):
            yield ky*k+kx, xp[:, ky:ky+(H-1)*s+1:s, kx:kx+(Wd-1)*s+1:s]
def conv(x, l, W, b):
    if l['kind'] == 'pw':
        return x @ W[:, :, 0, 0].T.astype(f32) + b.astype(f32)
    if l['kind'] == 'dw':
        acc = None
        w = W[:, 0].reshape(W.shape[0], -1).astype(f32)
        for t, v in cols(x, l):
            acc = v*w[:, t] if acc is None else acc + v*w[:, t]
        return acc + b.astype(f32)
    P = np.concatenate([v for _, v in cols(x, l)], -1)
    return P @ W.transpose(2, 3, 1, 0).reshape(-1, W.shape[0]).astype(f32) + b.astype(f32)
def batches(f, x, *r, n=16):
    return np.concatenate([f(x[i:i+n], *[y[i:i+n] for y in r]) for i in range(0, len(x), n)])

t0 = time.time()
# --- ranges
lin = [l for l in L if not l['relu']]
lo, hi = {l['out']: np.inf for l in lin}, {l['out']: -np.inf for l in lin}
for i in range(0, len(x0), 8):
    T = {image: x0[i:i+8]}
    for l in L:
        y = conv(T[l['inp']], l, l['W'], l['b'])
        if l['relu']: y = np.clip(y, 0, 6)
        if l['add']: y = y + T[l['add']]
        if not l['relu']:
            lo[l['out']] = np.minimum(lo[l['out']], y.min((0, 1, 2))); hi[l['out']] = np.maximum(hi[l['out']], y.max((0, 1, 2)))
        T[l['out']] = y
print('ranges', time.time()-t0, flush=True)
# --- centre and scale
chain = {}
for l in lin: chain[l['out']] = chain.get(l['add'], l['out']) if l['add'] else l['out']
R = {}
m = {o: ((lo[o]+hi[o])/2).astype(np.float64) for o in lo}
r = {o: (1.1*(hi[o]-lo[o])/2).astype(np.float64) for o in lo}
for o in lo: R[chain[o]] = np.maximum(R.get(chain[o], 0), r[o])
t = {o: np.maximum(R[chain[o]]/R[chain[o]].max(), 1/64) for o in lo}
scale = {o: f32((r[o]/t[o]).max()/127) for o in lo}; zero = {o: 128 for o in lo}
for l in L:
    i, o = l['inp'], l['out']
    if i in m:
        assert l['kind'] == 'pw'
        l['b'] = l['b'] + l['W'][:, :, 0, 0] @ m[i]
        l['W'] = l['W']*t[i][None, :, None, None]
    if o in m:
        l['b'] = (l['b'] - m[o] + (m[l['add']] if l['add'] else 0))/t[o]
        l['W'] = l['W']/t[o][:, None, None, None]
    if l['relu']: scale[o] = f32(6/255); zero[o] = 0
scale[image] = f32(1/128); zero[image] = 127
def q(y, o): return np.clip(np.rint(y*(f32(1)/scale[o]))+zero[o], 0, 255)
def dq(v, o): return (v-f32(zero[o]))*scale[o]

def descend(W, Wq, Hd, s, sweeps, lim=127):
    d = np.diag(Hd)
    G = (Wq-W) @ Hd
    for _ in range(sweeps):
        for j in range(W.shape[1]):
            new = np.clip(np.rint((Wq[:, j]-G[:, j]/d[j])/s), -lim, lim)*s
            dl = new-Wq[:, j]
            ch = dl != 0
            if ch.any():
                G[ch] += dl[ch, None]*Hd[j]
                Wq[:, j] = new
    return Wq
def floors(l, O):
    return np.maximum(np.abs(l['b']), 0.01)/(float(scale[l['inp']])*2**23)
def quantise_rows(l, W, X):
    X = X.astype(np.float64); X = X-X.mean(0); H = X.T@X/len(X)
    Hd = H+0.01*np.mean(np.diag(H))*np.eye(len(H))
    mx = np.abs(W).max(1); fl = floors(l, len(W))
    best = np.full(len(W), np.inf); S = np.maximum(mx/127, fl)
    for k in np.arange(0.7, 1.0001, 0.025):
        s = np.maximum(k*mx/127, fl)
        D = np.clip(np.rint(W/s[:, None]), -127, 127)*s[:, None]-W
        e = np.einsum('oi,ij,oj->o', D, H, D, optimize=True)
        up = e < best; S[up] = s[up]; best[up] = e[up]
    S = S.astype(f32).astype(np.float64)
    order = np.argsort(-np.diag(H)); inv = np.argsort(order)
    Ho = Hd[np.ix_(order, order)]
    U = np.linalg.cholesky(np.linalg.inv(Ho)).T
    w = W[:, order].copy(); Q = np.zeros_like(w)
    n = w.shape[1]
    for b0 in range(0, n, 64):
        b1 = min(b0+64, n); E = np.zeros((len(w), b1-b0))
        for j in range(b0, b1):
            qj = np.clip(np.rint(w[:, j]/S), -127, 127)*S
            e = (w[:, j]-qj)/U[j, j]; Q[:, j] = qj; E[:, j-b0] = e
            w[:, j+1:b1] -= e[:, None]*U[j, j+1:b1]
        w[:, b1:] -= E@U[b0:b1, b1:]
    Q = Q[:, inv]
    rtn = np.clip(np.rint(W/S[:, None]), -127, 127)*S[:, None]
    Q = descend(W, Q, Hd, S, 3)
    l['err'] = (np.einsum('oi,ij,oj->', Q-W, Hd, Q-W, optimize=True), np.einsum('oi,ij,oj->', rtn-W, Hd, rtn-W, optimize=True))
    return Q, S
def quantise_dw(l, W, x):
    k2 = W.shape[1]; C = W.shape[0]
    P = np.stack([v for _, v in cols(x, l)], -1)   # N,H,W,C,k2
    P = P.reshape(-1, C, k2)
    H = np.zeros((C, k2, k2))
    for i in range(0, len(P), 65536):
        c = P[i:i+65536].transpose(1, 2, 0).astype(f32); H += c@c.transpose(0, 2, 1)
    mu = P.mean(0, dtype=np.float64); H = H/len(P)-mu[:, :, None]*mu[:, None, :]
    Hd = H+0.01*np.trace(H, axis1=1, axis2=2)[:, None, None]/k2*np.eye(k2)+1e-12*np.eye(k2)
    mx = np.abs(W).max(1); fl = floors(l, C); best = np.full(C, np.inf); BQ = np.zeros_like(W); BS = np.zeros(C)
    d = np.diagonal(Hd, axis1=1, axis2=2)
    for k in np.linspace(0.8, 1.1, 13):
        s = np.maximum(k*mx/127, fl).astype(f32).astype(np.float64)
        Q = np.clip(np.rint(W/s[:, None]), -127, 127)*s[:, None]
        G = np.einsum('ci,cij->cj', Q-W, Hd)
        for _ in range(4):
            for j in range(k2):
                new = np.clip(np.rint((Q[:, j]-G[:, j]/d[:, j])/s), -127, 127)*s
                dl = new-Q[:, j]; G += dl[:, None]*Hd[:, j]; Q[:, j] = new
        e = np.einsum('ci,cij,cj->c', Q-W, Hd, Q-W)
        up = e < best; BQ[up] = Q[up]; BS[up] = s[up]; best[up] = e[up]
    return BQ, BS

rng = np.random.default_rng(1)
X = {image: x0[:N]}; XQ = {image: dq(q(x0[:N], image), image)}
last = {}
for idx, l in enumerate(L):
    for i in [l['inp'], l['add']]: last[i] = idx
prerange = {}
for idx, l in enumerate(L):
    x, xq = X[l['inp']], XQ[l['inp']]
    W = l['W']; O = W.shape[0]
    if l['kind'] == 'pw':
        rows = xq.reshape(-1, xq.shape[-1]); rows = rows[rng.choice(len(rows), min(16384, len(rows)), replace=False)]
        Q, S = quantise_rows(l, W[:, :, 0, 0], rows); Wq = Q[:, :, None, None]
    elif l['kind'] == 'stem':
        P = np.concatenate([v for _, v in cols(xq, l)], -1).reshape(-1, 27)
        P = P[rng.choice(len(P), 16384, replace=False)]
        Q, S = quantise_rows(l, W.transpose(0, 2, 3, 1).reshape(O, -1), P)
        Wq = Q.reshape(O, 3, 3, 3).transpose(0, 3, 1, 2)
    else:
        k = W.shape[2]; sel = xq[rng.permutation(N)[:max(4, min(N, int(3e8/(xq[0].size*k*k*4/l['s']**2))))]]
        Q, S = quantise_dw(l, W.reshape(O, -1), sel); Wq = Q.reshape(O, 1, k, k)
    y = batches(lambda a: conv(a, l, W, l['b']), x)
    u = batches(lambda a: conv(a, l, Wq, l['b']), xq)
    if l['add']:
        y = y+X[l['add']]
        r_ = XQ[l['add']]
        l['b'] = l['b']+(y.mean((0, 1, 2), dtype=np.float64)-(u+r_).mean((0, 1, 2), dtype=np.float64))
        u = batches(lambda a: conv(a, l, Wq, l['b']), xq)
        prerange[l['out']] = (float(u.min()), float(u.max()))
        u = u+r_
    else:
        db = y.mean((0, 1, 2), dtype=np.float64)-u.mean((0, 1, 2), dtype=np.float64)
        l['b'] = l['b']+db; u += db.astype(f32)
    if l['relu']:
        y = np.clip(y, 0, 6); ym = y.mean((0, 1, 2), dtype=np.float64)
        for _ in range(3):
            gg = ((u > 0) & (u < 6)).mean((0, 1, 2)); um = np.clip(u, 0, 6).mean((0, 1, 2), dtype=np.float64)
            db = np.where(gg > 0.01, np.clip((ym-um)/np.maximum(gg, 0.05), -0.1, 0.1), 0)
            l['b'] = l['b']+db; u += db.astype(f32)
    l['Sw'] = S.astype(f32); l['Wi'] = np.rint(Wq/S[:, None, None, None]).astype(np.int8)
    sb = scale[l['inp']]*l['Sw']            # float32
    l['bi'] = np.rint(l['b']/sb.astype(np.float64)); assert np.abs(l['bi']).max() < 2**24, l['name']
    l['bi'] = l['bi'].astype(np.int32)
    # The quantised stream sees the bias that the file has.
    u = u+((l['bi']*sb.astype(np.float64))-l['b']).astype(f32)
    X[l['out']] = y; XQ[l['out']] = dq(q(u, l['out']), l['out'])
    for o in [o for o in X if last.get(o, 10**9) <= idx]: del X[o], XQ[o]
    print(f"{l['name']:20s} {time.time()-t0:6.1f}", l.get('err', ''), flush=True)

# --- write
nodes, inits = [], []
def add(name, arr): inits.append(numpy_helper.from_array(np.asarray(arr), name)); return name
def qdq(name, o):
    s_ = add(f'{o}_scale', np.array(scale[o], f32)); z = add(f'{o}_zero', np.array(zero[o], np.uint8))
    nodes.append(helper.make_node('QuantizeLinear', [name, s_, z], [f'{o}_q'], f'{o}_quantize'))
    nodes.append(helper.make_node('DequantizeLinear', [f'{o}_q', s_, z], [f'{o}_dq'], f'{o}_dequantize'))
qdq(image, image)
for l in L:
    n = l['name']
    w = add(n+'.weight_q', l['Wi']); ws = add(n+'.weight_scale', l['Sw']); wz = add(n+'.weight_zero', np.zeros(len(l['Sw']), np.int8))
    nodes.append(helper.make_node('DequantizeLinear', [w, ws, wz], [n+'.weight'], n+'.weight_dequantize', axis=0))
    bq = add(n+'.bias_q', l['bi']); bs = add(n+'.bias_scale', scale[l['inp']]*l['Sw']); bz = add(n+'.bias_zero', np.zeros(len(l['Sw']), np.int32))
    nodes.append(helper.make_node('DequantizeLinear', [bq, bs, bz], [n+'.bias'], n+'.bias_dequantize', axis=0))
    at = dict(kernel_shape=list(l['W'].shape[2:]), strides=[l['s']]*2, pads=list(l['pads']), group=l['group'])
    if l['add']:
        c = n+'.conv'
        nodes.append(helper.make_node('Conv', [l['inp']+'_dq', n+'.weight', n+'.bias'], [c], n, **at))
        lo_, hi_ = prerange[l['out']]; lo_, hi_ = min(lo_, 0)*1.1, max(hi_, 0)*1.1
        scale[c] = f32((hi_-lo_)/255); zero[c] = int(np.clip(np.rint(-lo_/scale[c]), 0, 255))
        qdq(c, c)
        nodes.append(helper.make_node('Add', [c+'_dq', l['add']+'_dq'], [l['out']], n+'.add'))
    else:
        nodes.append(helper.make_node('Conv', [l['inp']+'_dq', n+'.weight', n+'.bias'], [l['out']], n, **at))
    qdq(l['out'], l['out'])
nodes.append(helper.make_node('GlobalAveragePool', [L[-1]['out']+'_dq'], ['pooled'], 'pool'))
nodes.append(helper.make_node('Flatten', ['pooled'], ['embedding'], 'flatten'))
emax = float(X[L[-1]['out']].mean((1, 2)).max())*1.2
scale['embedding'] = f32(emax/255); zero['embedding'] = 0
Wd = dense[0].astype(np.float64); S = (np.abs(Wd).max(1)/127).astype(f32)
add('dense.weight_q', np.clip(np.rint(Wd/S[:, None]), -127, 127).astype(np.int8)); add('dense.weight_scale', S); add('dense.weight_zero', np.zeros(len(S), np.int8))
nodes.append(helper.make_node('DequantizeLinear', ['dense.weight_q', 'dense.weight_scale', 'dense.weight_zero'], ['dense.weight'], 'dense.weight_dequantize', axis=0))
qdq('embedding', 'embedding')
sb = scale['embedding']*S
add('dense.bias_q', np.rint(dense[1].astype(np.float64)/sb).astype(np.int32)); add('dense.bias_scale', sb); add('dense.bias_zero', np.zeros(len(S), np.int32))
nodes.append(helper.make_node('DequantizeLinear', ['dense.bias_q', 'dense.bias_scale', 'dense.bias_zero'], ['dense.bias'], 'dense.bias_dequantize', axis=0))
nodes.append(helper.make_node('Gemm', ['embedding_dq', 'dense.weight', 'dense.bias'], ['logits'], 'dense', transB=1))
graph = helper.make_graph(nodes, 'efficientnet-lite0-int8', [helper.make_tensor_value_info(image, 1, [1, 3, 224, 224])],
    [helper.make_tensor_value_info('logits', 1, [1, 1000]), helper.make_tensor_value_info('embedding', 1, [1, 1280])], inits)
mdl = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], producer_name='rooster'); mdl.ir_version = 8
onnx.checker.check_model(mdl); onnx.save(mdl, dst); print('saved', time.time()-t0)
