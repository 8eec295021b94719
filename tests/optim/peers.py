#!/usr/bin/env python3
"""Makes peers.json: what Keras's and PyTorch's optimizers, schedules and losses do with the same numbers. Run by hand,
never by ctest, with keras 3, torch and numpy:

    KERAS_BACKEND=torch python3 tests/optim/peers.py

A case names convoy's type and its keys; the numbers are those of the peer, in double where it computes in double.
"""
import json, os
import keras, numpy as np, torch

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1)
SIZE, STEPS = 7, 6
START = rng.normal(size=SIZE).astype(np.float32)
GRADIENTS = rng.normal(size=(STEPS, SIZE)).astype(np.float32)
RATES = [0.1, 0.1, 0.05, 0.05, 0.2, 0.01]  # a rate that changes shows what momentum remembers


def case(type, weights, rates, **keys):
    return {"type": type, "keys": keys, "rates": rates, "weights": np.asarray(weights, np.float64).tolist()}


def with_keras(make, rates):
    optimizer, w, seen = make(), keras.Variable(START), []
    optimizer.build([w])
    for rate, g in zip(rates, GRADIENTS):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
        seen.append(keras.ops.convert_to_numpy(w))
    return seen


def with_torch(make, rates):
    w = torch.tensor(START.astype(np.float64), requires_grad=True)
    optimizer, seen = make([w]), []
    for rate, g in zip(rates, GRADIENTS):
        for group in optimizer.param_groups: group["lr"] = rate
        w.grad = torch.tensor(g.astype(np.float64))
        optimizer.step()
        seen.append(w.detach().numpy().copy())
    return seen


def optimizers():
    k, t, constant = keras.optimizers, torch.optim, [0.01] * STEPS
    keras_cases = [
        ("adam", lambda: k.Adam(0.01), constant, {}),
        ("adam", lambda: k.Adam(0.01, amsgrad=True), constant, {"amsgrad": True}),
        ("adamw", lambda: k.AdamW(0.01, weight_decay=0.1), constant, {"weight_decay": 0.1}),
        ("nadam", lambda: k.Nadam(0.01), constant, {}),
        ("sgd", lambda: k.SGD(0.1, momentum=0.9), RATES, {"momentum": 0.9}),
        ("sgd", lambda: k.SGD(0.1, momentum=0.9, nesterov=True), RATES, {"momentum": 0.9, "nesterov": True}),
        ("rmsprop", lambda: k.RMSprop(0.01, momentum=0.5), constant, {"momentum": 0.5}),
        ("adagrad", lambda: k.Adagrad(0.01), constant, {}),
        ("adadelta", lambda: k.Adadelta(0.01), constant, {}),
        ("lion", lambda: k.Lion(0.01), constant, {}),
    ]
    torch_cases = [
        ("adam", lambda w: t.Adam(w, 0.01, eps=1e-3), constant, {"corrected_epsilon": True, "epsilon": 1e-3}),
        ("sgd", lambda w: t.SGD(w, 0.1, momentum=0.9), RATES, {"momentum": 0.9, "momentum_of": "gradients"}),
        ("sgd", lambda w: t.SGD(w, 0.1, momentum=0.9, nesterov=True), RATES,
         {"momentum": 0.9, "nesterov": True, "momentum_of": "gradients"}),
        ("adadelta", lambda w: t.Adadelta(w, 1.0, rho=0.9, eps=1e-6), [1.0] * STEPS, {"rho": 0.9, "epsilon": 1e-6}),
    ]
    return ([case(type, with_keras(make, rates), rates, **keys) for type, make, rates, keys in keras_cases] +
            [case(type, with_torch(make, rates), rates, **keys) for type, make, rates, keys in torch_cases])


def torch_schedule(make, total):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedule, factors = make(optimizer), []
    for _ in range(total):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return factors


def schedules():
    s, t, total = keras.optimizers.schedules, torch.optim.lr_scheduler, 20
    of = lambda schedule: [float(schedule(step)) for step in range(total)]
    rows = [
        ("exponential", of(s.ExponentialDecay(1.0, 5, 0.9)), {"decay_rate": 0.9, "decay_steps": 5}),
        ("polynomial", of(s.PolynomialDecay(1.0, total - 1, 0.1, 2.0)), {"power": 2.0, "end": 0.1}),
        ("cosine", of(s.CosineDecay(1.0, total, 0.1)), {"alpha": 0.1, "reaches_end": False}),
        ("cosine", torch_schedule(lambda o: t.CosineAnnealingLR(o, total, 0.1), total),
         {"alpha": 0.1, "reaches_end": False}),
        ("cosine", of(s.CosineDecay(0.0, total - 4, 0.1, warmup_target=1.0, warmup_steps=4)),
         {"alpha": 0.1, "reaches_end": False, "warmup_steps": 4, "warmup_from_zero": True}),
        ("cosine_restarts", of(s.CosineDecayRestarts(1.0, 4, 2.0, 0.5)), {"first": 4, "stretch": 2.0, "shrink": 0.5}),
        ("cosine_restarts", of(s.CosineDecayRestarts(1.0, 4, 1.0, 0.3, 0.2)), {"first": 4, "stretch": 1.0, "shrink": 0.3, "alpha": 0.2}),
        ("multi_step", torch_schedule(lambda o: t.MultiStepLR(o, [3, 8], 0.5), total), {"milestones": [3, 8], "gamma": 0.5}),
        ("step", torch_schedule(lambda o: t.StepLR(o, 6, 0.5), total), {"every": 6, "gamma": 0.5}),
    ]
    return [{"type": type, "factors": factors, "keys": keys} for type, factors, keys in rows]


def losses():
    z = rng.normal(size=5).astype(np.float32) * 2
    one_hot = np.eye(5)[2]
    several = np.array([1.0, 0, 1, 0, 1])
    values = rng.normal(size=5).astype(np.float32)
    f = torch.nn.functional

    def focal(logits, target, gamma):
        log_p = f.log_softmax(logits, -1)
        return -(target * (1 - log_p.exp()) ** gamma * log_p).sum()

    rows = [
        ("softmax_cross_entropy", one_hot, lambda y, t: -(t * f.log_softmax(y, -1)).sum(), {}),
        ("focal", one_hot, lambda y, t: focal(y, t, 2.0), {}),
        ("focal", one_hot, lambda y, t: focal(y, t, 0.5), {"gamma": 0.5}),
        ("binary_cross_entropy", several, lambda y, t: f.binary_cross_entropy_with_logits(y, t), {}),
        ("binary_cross_entropy", several,
         lambda y, t: f.binary_cross_entropy_with_logits(y, t * 0.8 + 0.1), {"label_smoothing": 0.2}),
        ("mean_squared_error", values, lambda y, t: f.mse_loss(y, t), {}),
        ("mean_absolute_error", values, lambda y, t: f.l1_loss(y, t), {}),
        ("huber", values, lambda y, t: f.huber_loss(y, t, delta=0.7), {"delta": 0.7}),
    ]
    made = []
    for type, target, loss, keys in rows:
        y = torch.tensor(z.astype(np.float64), requires_grad=True)
        t = torch.tensor(np.asarray(target, np.float32).astype(np.float64))
        value = loss(y, t)
        value.backward()
        made.append({"type": type, "keys": keys, "outputs": z.tolist(), "targets": t.numpy().tolist(),
                     "loss": float(value.detach()), "gradient": y.grad.numpy().tolist()})
    kl = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=2.0, from_logits=True)
    assert abs(float(kl(one_hot[None], z[None])) - made[1]["loss"]) < 1e-5, "Keras's focal loss is another"
    return made


with open(os.path.join(HERE, "peers.json"), "w") as file:
    json.dump({"versions": {"keras": keras.__version__, "torch": torch.__version__}, "start": START.tolist(),
               "gradients": GRADIENTS.tolist(), "optimizers": optimizers(), "schedules": schedules(),
               "losses": losses()}, file, indent=1)
    file.write("\n")
