package fathom.train;

import fathom.Autograd;
import fathom.FathomException;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.nn.Block;
import fathom.optim.Optimizer;
import fathom.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Raises the learning rate from batch to batch, and stops when the loss diverges. */
final class LearningRateFinder implements TrainingCallback {
    /** The smoothed loss at which the test ends, as a multiple of the smallest so far. */
    private static final double DIVERGENCE = 4;

    private final LearningRateCurve.Options options;
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();

    /** The rates of the groups before the test, whose proportions it keeps. */
    private final List<double[]> before = new ArrayList<>();

    LearningRateFinder(LearningRateCurve.Options options) {
        this.options = options;
    }

    private long step;

    private double rate(int step) {
        double share = (double) step / (options.steps - 1);
        return options.low * Math.pow(options.high / options.low, share);
    }

    @Override
    public void onStart(Progress progress) {
        for (Optimizer o : progress.optimizers()) {
            before.add(o.groups().stream().mapToDouble(ParameterGroup::lr).toArray());
        }
        step = progress.step();
        setRate(progress);
    }

    private void setRate(Progress progress) {
        double rate = rate(losses.size());
        for (int i = 0; i < before.size(); i++) {
            double[] groups = before.get(i);
            for (int g = 0; g < groups.length; g++) {
                double proportion = groups[0] == 0 ? 1 : groups[g] / groups[0];
                progress.optimizers().get(i).groups().get(g).setLr(rate * proportion);
            }
        }
    }

    @Override
    public void onBatch(Progress progress) {
        if (progress.step() == step) {
            return; // a batch whose gradients are accumulated
        }
        step = progress.step();
        double loss = progress.loss();
        rates.add(rate(losses.size()));
        losses.add(loss);
        if (losses.size() == options.steps || hasDiverged()) {
            progress.stop();
        } else {
            setRate(progress);
        }
    }

    private boolean hasDiverged() {
        if (!Double.isFinite(losses.getLast())) {
            return true;
        }
        double[] smoothed = curve().smoothed();
        double last = smoothed[smoothed.length - 1];
        double least = Arrays.stream(smoothed).min().orElse(last);
        return last > DIVERGENCE * Math.abs(least) && smoothed.length > 1;
    }

    /** {@return the curve, without losses that are NaN or infinite} */
    LearningRateCurve curve() {
        int n = losses.size();
        while (n > 0 && !Double.isFinite(losses.get(n - 1))) {
            n--;
        }
        if (n == 0) {
            throw new FathomException("findLearningRate: the loss of the first batch is NaN or infinite");
        }
        return new LearningRateCurve(
                rates.subList(0, n).stream().mapToDouble(r -> r).toArray(),
                losses.subList(0, n).stream().mapToDouble(l -> l).toArray());
    }

    /** Runs the test, and restores the network, the random generator and the loader's next epoch. */
    static <B> LearningRateCurve run(
            Task<B> task, TrainerOptions trainer, DataLoader train, LearningRateCurve.Options options) {
        var finder = new LearningRateFinder(options);
        TrainerOptions test = trainer.forRangeTest(finder);
        Block net = task.net();
        List<Tensor> all = new ArrayList<>(net.parameters());
        all.addAll(net.buffers());
        train.seed(); // drawn before the generator's state is kept
        long epoch = train.epoch();
        boolean mode = net.isTraining();
        long[] random = Generator.current().getState();
        try (var _ = Scope.open()) {
            List<Tensor> kept = all.stream().map(t -> t.detach().clone()).toList();
            try {
                int epochs =
                        Math.toIntExact(
                                Math.ceilDiv((long) options.steps * trainer.accumulate, Math.max(1, train.size())));
                new TrainingLoop<>(task, test, train, null, epochs).run();
            } finally {
                try (var _ = Autograd.noGrad()) {
                    for (int i = 0; i < kept.size(); i++) {
                        all.get(i).copy_(kept.get(i));
                    }
                }
                net.zeroGrad();
                net.train(mode);
                Generator.current().setState(random);
                train.epoch(epoch);
            }
        }
        return finder.curve();
    }
}
