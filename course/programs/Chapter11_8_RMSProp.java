import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.8, RMSProp: Adagrad with a memory that fades, and linear regression by hand and concisely. */
record Trace(double[] x1, double[] x2) {
    String end() {
        return "epoch 20, x1: %.6f, x2: %.6f".formatted(x1[20] + 0.0, Math.abs(x2[20]) < 5e-7 ? 0 : x2[20]);
    }

    Plot show(String name) {
        double[] levels = {0.1, 0.3, 1, 2, 3, 5, 8, 12, 16, 20};
        return Plot.of(a -> a.contour((u, v) -> 0.1 * u * u + 2 * v * v, -5.5, 1, -3, 1, o -> o.levels(levels).colorBar(false))
                .path(x1, x2, "").xLabel("x1").yLabel("x2").title(name));
    }
}

/** Twenty steps on 0.1 x1^2 + 2 x2^2. */
Trace descend(double eta, double gamma) {
    double x1 = -5;
    double x2 = -2;
    double s1 = 0;
    double s2 = 0;
    var trace = new Trace(new double[21], new double[21]);
    for (int i = 0; i <= 20; i++) {
        trace.x1[i] = x1;
        trace.x2[i] = x2;
        double g1 = 0.2 * x1;
        double g2 = 4 * x2;
        s1 = gamma * s1 + (1 - gamma) * g1 * g1;
        s2 = gamma * s2 + (1 - gamma) * g2 * g2;
        x1 -= eta / Math.sqrt(s1 + 1e-6) * g1;
        x2 -= eta / Math.sqrt(s2 + 1e-6) * g2;
    }
    return trace;
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

/** The course's rule by hand: the state is a running average of the squared gradients. */
Function<List<Tensor>, Runnable> rmsprop(double lr, double gamma) {
    return parameters -> {
        var states = parameters.stream().map(p -> zerosLike(p)).toList();
        return () -> {
            try (var off = Autograd.noGrad()) {
                for (int i = 0; i < states.size(); i++) {
                    var g = parameters.get(i).grad();
                    var s = states.get(i);
                    s.mul_(gamma).add_(g.square().mul(1 - gamma));
                    parameters.get(i).sub_(g.mul(lr).div(s.add(1e-6).sqrt()));
                }
            }
        };
    };
}

void main() throws IOException {
    // a squared gradient of t steps ago has the weight (1 - gamma) gamma^t
    var t = arange(40, FLOAT32);
    Plot.of(a -> {
                for (double gamma : new double[] {0.95, 0.9, 0.8, 0.7}) {
                    a.line(t, full(gamma, FLOAT32, 40).pow(t).mul(1 - gamma), "gamma = %.2f".formatted(gamma));
                }
                a.xLabel("time");
            })
            .save("rmsprop-weights.svg");
    var trace = descend(0.4, 0.9);
    IO.println(trace.end());                        //> epoch 20, x1: -0.010599, x2: 0.000000
    trace.show("eta = 0.4, gamma = 0.9").save("rmsprop.svg");

    train("warm-up", 1, rmsprop(0.01, 0.9));
    // the course's losses: 0.247 0.244
    show("rmsprop-airfoil.svg", List.of(
            train("by hand", 2, rmsprop(0.01, 0.9)),
            train("concise", 4, p -> new RMSprop(p, 0.01, o -> o.alpha(0.9))::step)));
    //> all have learned: true
}
