import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.9, Adadelta: no learning rate, but a second average, of the steps; by hand and concisely. */
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

/** The course's rule by hand: the states are running averages of the squared gradients and of the squared steps. */
Function<List<Tensor>, Runnable> adadelta(double rho) {
    return parameters -> {
        var squares = parameters.stream().map(p -> zerosLike(p)).toList();
        var deltas = parameters.stream().map(p -> zerosLike(p)).toList();
        return () -> {
            try (var off = Autograd.noGrad()) {
                for (int i = 0; i < squares.size(); i++) {
                    var g = parameters.get(i).grad();
                    var s = squares.get(i);
                    var delta = deltas.get(i);
                    s.mul_(rho).add_(g.square().mul(1 - rho));
                    var step = delta.add(1e-5).sqrt().div(s.add(1e-5).sqrt()).mul(g);
                    parameters.get(i).sub_(step);
                    delta.mul_(rho).add_(step.square().mul(1 - rho));
                }
            }
        };
    };
}

void main() throws IOException {
    train("warm-up", 1, adadelta(0.9));
    // the course's losses: 0.243 0.243
    show("adadelta-airfoil.svg", List.of(
            train("by hand", 2, adadelta(0.9)),
            train("concise", 4, p -> new Adadelta(p, 1, o -> o.rho(0.9))::step)));
    //> all have learned: true
}
