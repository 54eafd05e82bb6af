import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.10, Adam, and Yogi: both by hand and concisely, and what their second moments do. */
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

/** A rule by hand: the states are both moments, {@code second} makes the new second moment from the old and g^2. */
Function<List<Tensor>, Runnable> adam(double lr, double eps, BinaryOperator<Tensor> second) {
    return parameters -> {
        var moments = parameters.stream().map(p -> zerosLike(p)).toList();
        var squares = parameters.stream().map(p -> zerosLike(p)).toList();
        var steps = new int[1];
        return () -> {
            int t = ++steps[0];
            try (var off = Autograd.noGrad()) {
                for (int i = 0; i < moments.size(); i++) {
                    var g = parameters.get(i).grad();
                    var v = moments.get(i);
                    var s = squares.get(i);
                    v.mul_(0.9).add_(g.mul(0.1));
                    s.copy_(second.apply(s, g.square()));
                    var corrected = v.div(1 - Math.pow(0.9, t));
                    var size = s.div(1 - Math.pow(0.999, t)).sqrt().add(eps);
                    parameters.get(i).sub_(corrected.mul(lr).div(size));
                }
            }
        };
    };
}

Tensor adam(Tensor s, Tensor square) {
    return s.mul(0.999).add(square.mul(0.001));
}

/** Yogi's second moment moves by no more than the squared gradient, whatever its own size. */
Tensor yogi(Tensor s, Tensor square) {
    return s.add(square.sub(s).sign().mul(square).mul(0.001));
}

void main() throws IOException {
    train("warm-up", 1, adam(0.01, 1e-6, this::adam));
    // the course's losses: 0.244 0.254, and 0.245 for Yogi
    var curves = List.of(
            train("Adam by hand", 2, adam(0.01, 1e-6, this::adam)),
            train("Adam", 4, p -> new Adam(p, 0.01)::step),
            train("Yogi by hand", 2, adam(0.01, 1e-3, this::yogi)),
            train("Yogi", 2, p -> new Yogi(p, 0.01, o -> o.initialAccumulatorValue(0))::step));
    show("adam-airfoil.svg", curves);                               //> all have learned: true
    IO.println("by hand and concisely the same: " + (Math.abs(curves.get(2).loss() - curves.get(3).loss()) < 1e-4));
    //> by hand and concisely the same: true

    // newer rules by their names, as fathom train --optimizer takes them
    show("newer-airfoil.svg", List.of(
            train("radam", 4, p -> Optimizers.create("radam", p, 0.01)::step),
            train("lion", 4, p -> Optimizers.create("lion", p, 0.003)::step),
            train("lamb", 4, p -> Optimizers.create("lamb", p, 0.01)::step),
            train("adafactor", 4, p -> Optimizers.create("adafactor", p, 0.02)::step),
            train("muon", 4, p -> Optimizers.create("muon", p, 0.02)::step)));

    // after many large gradients, small ones: Adam forgets soon that the rate was to be small, Yogi slowly
    var small = full(1e-2, FLOAT64, 1);
    var a = full(1, FLOAT64, 1);
    var y = full(1, FLOAT64, 1);
    for (int i = 0; i < 1000; i++) {
        a = adam(a, small.square());
        y = yogi(y, small.square());
    }
    IO.println("second moment after 1000 small gradients: Adam %.4f, Yogi %.4f".formatted(a.item(), y.item()));
    //> second moment after 1000 small gradients: Adam 0.3678, Yogi 0.9999
}
