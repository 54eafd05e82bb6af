import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.6, Momentum: 0.1 x1^2 + 2 x2^2 with and without it, and linear regression by hand and concisely. */
record Trace(double[] x1, double[] x2) {
    String end() {
        return "epoch 20, x1: %.6f, x2: %.6f".formatted(x1[20], x2[20]);
    }
}

/** Twenty steps; without momentum it is gradient descent. */
Trace descend(double eta, double beta) {
    double x1 = -5;
    double x2 = -2;
    double v1 = 0;
    double v2 = 0;
    var trace = new Trace(new double[21], new double[21]);
    for (int i = 0; i <= 20; i++) {
        trace.x1[i] = x1;
        trace.x2[i] = x2;
        v1 = beta * v1 + 0.2 * x1;
        v2 = beta * v2 + 4 * x2;
        x1 -= eta * v1;
        x2 -= eta * v2;
    }
    return trace;
}

Plot show(String name, Trace t, double width) {
    double high = Math.max(1, Arrays.stream(t.x2).max().orElseThrow());
    double low = Math.min(-3, Arrays.stream(t.x2).min().orElseThrow());
    double scale = Math.max(1, high * high / 8);
    double[] levels = DoubleStream.of(0.1, 0.3, 1, 2, 3, 5, 8, 12, 16, 20).map(l -> l * scale).toArray();
    return Plot.of(a -> a.contour((u, v) -> 0.1 * u * u + 2 * v * v, -5.5, width, low, high, o -> o.levels(levels).colorBar(false))
            .path(t.x1, t.x2, "").xLabel("x1").yLabel("x2").title(name));
}

/** How a training went: the loss of all examples after each 200 examples, and the seconds of an epoch's steps. */
record Curve(String name, double[] losses, double perEpoch) {
    double loss() {
        return losses[losses.length - 1];
    }
}

final TensorDataset data = Airfoil.load().dataset();

/** Half the mean squared error of a linear function of the five features, the last of the weights being the bias. */
Tensor loss(Tensor x, Tensor y, Tensor w, Tensor b) {
    return x.mm(w).add(b).squeeze(1).sub(y).square().mean().div(2);
}

/** Trains linear regression in batches of 10 by a rule: it makes of the parameters what is done after each backward. */
Curve train(String name, int epochs, Function<List<Tensor>, Runnable> rule) {
    manualSeed(0);
    var w = randn(5, 1).mul(0.01).requiresGrad_();
    var b = zeros(1).requiresGrad_();
    Runnable step = rule.apply(List.of(w, b));
    var losses = new ArrayList<Double>();
    double spent = 0;
    long examples = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
        for (var part : DataLoader.of(data, 10).shuffle(true).seed(epoch)) {
            long start = System.nanoTime();
            var loss = loss(part.x(), part.y(), w, b);
            w.setGrad(null);
            b.setGrad(null);
            loss.backward();
            step.run();
            spent += (System.nanoTime() - start) * 1e-9;
            examples += part.size();
            if (examples % 200 == 0) {
                try (var off = Autograd.noGrad()) {
                    losses.add(loss(data.tensors().get(0), data.tensors().get(1), w, b).item());
                }
            }
        }
    }
    return new Curve(name, losses.stream().mapToDouble(Double::doubleValue).toArray(), spent / epochs);
}

/** Prints and draws what several trainings came to; a linear function has a loss of 0.242 at least. */
void show(String file, List<Curve> curves) throws IOException {
    for (var c : curves) {
        IO.println("%-24s loss: %.3f, %.4f sec/epoch".formatted(c.name, c.loss(), c.perEpoch));
    }
    IO.println("all have learned: " + curves.stream().allMatch(c -> c.loss() < 0.7 * c.losses[0] || c.loss() < 0.3));
    Plot.of(a -> {
                curves.forEach(c -> a.line(
                        IntStream.rangeClosed(1, c.losses.length).mapToDouble(i -> i * 200.0 / 1500).toArray(), c.losses, c.name));
                a.xLabel("epoch").yLabel("loss").yRange(0.22, 0.35);
            })
            .save(file);
}

/** The course's rule by hand, with a state per parameter. */
Function<List<Tensor>, Runnable> momentum(double lr, double momentum) {
    return parameters -> {
        var states = parameters.stream().map(p -> zerosLike(p)).toList();
        return () -> {
            try (var off = Autograd.noGrad()) {
                for (int i = 0; i < states.size(); i++) {
                    var v = states.get(i);
                    v.mul_(momentum).add_(parameters.get(i).grad());
                    parameters.get(i).sub_(v.mul(lr));
                }
            }
        };
    };
}

void main() throws IOException {
    IO.println(descend(0.4, 0).end());              //> epoch 20, x1: -0.943467, x2: -0.000073
    // a larger rate is quick along x1 and diverges along x2
    IO.println(descend(0.6, 0).end());              //> epoch 20, x1: -0.387814, x2: -1673.365109
    IO.println(descend(0.6, 0.5).end());            //> epoch 20, x1: 0.007188, x2: 0.002553
    IO.println(descend(0.6, 0.25).end());           //> epoch 20, x1: -0.126340, x2: -0.186632
    Plot.panels(2,
                    show("gd, eta = 0.4", descend(0.4, 0), 1),
                    show("gd, eta = 0.6", descend(0.6, 0), 1),
                    show("momentum 0.5, eta = 0.6", descend(0.6, 0.5), 2),
                    show("momentum 0.25, eta = 0.6", descend(0.6, 0.25), 2))
            .save("momentum.svg");
    // a gradient of t steps ago has the weight beta^t: the sum of all is 1 / (1 - beta)
    var t = arange(40, FLOAT32);
    Plot.of(a -> {
                for (double beta : new double[] {0.95, 0.9, 0.6, 0}) {
                    a.line(t, full(beta, FLOAT32, 40).pow(t), "beta = %.2f".formatted(beta));
                }
                a.xLabel("time");
            })
            .save("momentum-weights.svg");
    // of a function lambda x^2 / 2, descent with the rate 0.1 leaves (1 - 0.1 lambda)^t
    Plot.of(a -> {
                var steps = arange(20, FLOAT32);
                for (double lambda : new double[] {0.1, 1, 10, 19}) {
                    a.line(steps, full(1 - lambda * 0.1, FLOAT32, 20).pow(steps), "lambda = %.2f".formatted(lambda));
                }
                a.xLabel("time");
            })
            .save("momentum-convergence.svg");

    train("warm-up", 1, momentum(0.02, 0.5));
    // the course's losses: 0.246 0.261 0.245 0.247
    show("momentum-airfoil.svg", List.of(
            train("lr 0.02, momentum 0.5", 2, momentum(0.02, 0.5)),
            train("lr 0.01, momentum 0.9", 2, momentum(0.01, 0.9)),
            train("lr 0.005, momentum 0.9", 2, momentum(0.005, 0.9)),
            train("concise", 4, p -> new SGD(p, 0.005, o -> o.momentum(0.9))::step)));
    //> all have learned: true
}
