package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.optim.Adam;
import fathom.optim.LambdaLR;
import fathom.optim.Optimizer;
import fathom.optim.ParameterGroup;
import fathom.optim.SGD;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a callback changes, and whenever: a trainer gives the bits of one that runs each step eagerly. */
class StaleStepTest {
    private static final int EPOCHS = 9;
    private static final int BATCHES = 13;

    /** A network with something to change. */
    private static final class Net extends Layer {
        final Linear first = new Linear(2, 16);
        Layer middle = new ReLU();
        Linear last = new Linear(16, 3);
        double scale = 1;
        Mode mode = Mode.PLAIN;
        String text = "abc";
        Setting setting = new Setting(1, new float[] {1, 2});
        final Knob knob = new Knob();
        final int[] numbers = {1, 2, 3};
        final List<Double> factors = new ArrayList<>(List.of(1.0, 1.0));
        final Map<String, Layer> branches = new java.util.LinkedHashMap<>(Map.of("a", new Linear(2, 2)));
        final AtomicInteger count = new AtomicInteger(1);
        UnaryOperator<Tensor> activation = x -> x;
        static float common = 1;
        boolean flipped;

        /** How often forward ran: a final static field is no state that a step depends on. */
        static final AtomicInteger RUNS = new AtomicInteger();

        @Override
        public Tensor forward(Tensor x) {
            RUNS.incrementAndGet();
            Tensor y = middle.forward(first.forward(branches.get("a").forward(x)).mul(scale * common));
            y = mode == Mode.DOUBLED ? y.add(y) : y;
            y = y.mul(text.length() / 3.0).mul(setting.factor * setting.weights[0]).mul(knob.inner.value);
            y = y.mul(numbers[1] / 2.0).mul(factors.get(1)).mul(count.get());
            y = activation.apply(flipped ? y.neg() : y);
            return last.forward(y);
        }
    }

    private enum Mode {
        PLAIN,
        DOUBLED
    }

    private record Setting(double factor, float[] weights) {}

    /** An object with fields in an object with fields. */
    private static final class Knob {
        final Inner inner = new Inner();

        static final class Inner {
            private float value = 1;
        }
    }

    /** What a training did, step by step. */
    private record Outcome(List<Double> losses, float[] weights) {}

    /** A training whose callback may change anything. */
    private static final class Scenario {
        Supplier<Layer> net = Net::new;
        Consumer<TrainerOptions> options = t -> t.optimizer(p -> new Adam(p, 0.01));

        /** Called before each epoch. */
        Change change = (net, epoch, options) -> {};

        interface Change {
            void before(Layer net, int epoch, TrainerOptions options);
        }

        Outcome run(boolean eager) {
            Tensors.manualSeed(3);
            Net.common = 1;
            Layer made = net.get();
            var losses = new ArrayList<Double>();
            var set = new AtomicReference<TrainerOptions>();
            new Trainer(
                            made,
                            t -> {
                                options.accept(t);
                                set.set(t);
                                t.progress(false)
                                        .seed(1)
                                        .eager(eager)
                                        .callbacks(
                                                new TrainingCallback() {
                                                    @Override
                                                    public void onEpochStart(Progress p) {
                                                        change.before(made, p.epoch(), set.get());
                                                    }

                                                    @Override
                                                    public void onBatch(Progress p) {
                                                        losses.add(p.loss());
                                                    }
                                                });
                            })
                    .fit(Fixture.train(), Epochs.of(EPOCHS));
            return new Outcome(losses, Fixture.weights(made));
        }

        void same() {
            Net.RUNS.set(0);
            Outcome eager = run(true);
            int eagerly = Net.RUNS.getAndSet(0);
            Outcome captured = run(false);
            if (eagerly > 0) {
                assertThat(Net.RUNS).as("most steps are replayed").hasValueLessThan(eagerly / 2);
            }
            assertThat(eager.losses).hasSize(EPOCHS * BATCHES);
            assertThat(captured.losses).isEqualTo(eager.losses);
            assertThat(captured.weights).isEqualTo(eager.weights);
        }
    }

    private static Scenario scenario(Scenario.Change change) {
        var s = new Scenario();
        s.change = change;
        return s;
    }

    /** Changes a {@link Net} in epoch 7. */
    private static Scenario at7(Consumer<Net> change) {
        return scenario((net, epoch, t) -> {
            if (epoch == 7) {
                change.accept((Net) net);
            }
        });
    }

    @Test
    void plainFields() {
        at7(net -> net.scale = 3).same();
        at7(net -> net.mode = Mode.DOUBLED).same();
        at7(net -> net.text = "abcdef").same();
        at7(net -> net.flipped = true).same();
        at7(net -> Net.common = 2).same();
    }

    @Test
    void whatIsInFields() {
        at7(net -> net.setting = new Setting(2, new float[] {1, 2})).same();
        at7(net -> net.setting.weights[0] = 3).same();
        at7(net -> net.knob.inner.value = 3).same();
        at7(net -> net.numbers[1] = 4).same();
        at7(net -> net.factors.set(1, 2.0)).same();
        at7(net -> net.count.set(2)).same();
        at7(net -> net.branches.put("a", new Linear(2, 2))).same();
        at7(net -> net.activation = Tensor::tanh).same();
    }

    @Test
    void submodules() {
        at7(net -> net.middle = new Sequential(new ReLU(), new Dropout(0.2))).same();
        at7(net -> net.last = new Linear(16, 3)).same();
        var grown = new Scenario();
        grown.net = () -> new Sequential(new Linear(2, 3), new ReLU());
        grown.change =
                (net, epoch, t) -> {
                    if (epoch == 5) {
                        ((Sequential) net).add(new Linear(3, 3));
                    }
                };
        grown.same();
    }

    @Test
    void hooks() {
        var remove = new ArrayList<Runnable>();
        scenario(
                        (net, epoch, t) -> {
                            if (epoch == 3) {
                                remove.clear();
                                remove.add(((Net) net).middle.registerForwardHook((layer, x, y) -> y.mul(2)));
                            } else if (epoch == 6) {
                                remove.getFirst().run();
                            }
                        })
                .same();
        at7(net -> net.first.weight.registerHook(g -> g.mul(3))).same();
        double[] factor = {1};
        scenario(
                        (net, epoch, t) -> {
                            factor[0] = epoch < 5 ? 1 : 2;
                            if (epoch == 1) {
                                ((Net) net).middle.registerForwardHook((layer, x, y) -> y.mul(factor[0]));
                            }
                        })
                .same();
    }

    /** A hook that gathers something is called at each step. */
    @Test
    void hooksThatCount() {
        var counts = new ArrayList<Integer>();
        for (boolean eager : new boolean[] {true, false}) {
            var shapes = new ArrayList<String>();
            scenario(
                            (net, epoch, t) -> {
                                if (epoch == 2) {
                                    ((Net) net)
                                            .middle.registerForwardHook((layer, x, y) -> {
                                                shapes.add(y.shape().toString());
                                                return y;
                                            });
                                }
                            })
                    .run(eager);
            counts.add(shapes.size());
        }
        assertThat(counts).containsExactly((EPOCHS - 1) * BATCHES, (EPOCHS - 1) * BATCHES);
    }

    @Test
    void parameters() {
        scenario((net, epoch, t) -> ((Net) net).first.requiresGrad_(epoch < 3 || epoch > 6)).same();
        at7(net -> net.first.weight.setData(Tensors.withSeed(5, () -> Tensors.randn(16, 2)))).same();
    }

    /** A layer with a probability of its own. */
    private static final class Dropping extends Layer {
        double p = 0.1;

        @Override
        public Tensor forward(Tensor x) {
            return Tensors.dropout(x, p, isTraining());
        }
    }

    @Test
    void dropoutAndModes() {
        var s = new Scenario();
        s.net = () -> new Sequential(new Linear(2, 16), new Dropping(), new ReLU(), new Linear(16, 3));
        s.change =
                (net, epoch, t) -> {
                    if (epoch == 7) {
                        ((Dropping) ((Sequential) net).get(1)).p = 0.5;
                    }
                };
        s.same();
        s.change = (net, epoch, t) -> ((Sequential) net).get(1).train(epoch % 3 != 0);
        s.same();
    }

    @Test
    void settingsOfTheTrainer() {
        scenario((net, epoch, t) -> t.clipValue(epoch < 4 ? 1 : 1e-3)).same();
        scenario((net, epoch, t) -> t.clipNorm(epoch < 4 ? 1 : 1e-3)).same();
        scenario((net, epoch, t) -> t.accumulate(epoch % 3 + 1)).same();
        scenario((net, epoch, t) -> t.loss(new CrossEntropyLoss(o -> o.labelSmoothing(epoch < 5 ? 0 : 0.2)))).same();
        double[] weight = {1};
        scenario(
                        (net, epoch, t) -> {
                            weight[0] = epoch < 5 ? 1 : 2;
                            if (epoch == 1) {
                                t.loss((y, target) -> Tensors.crossEntropy(y, target).mul(weight[0]));
                            }
                        })
                .same();
    }

    @Test
    void precision() {
        String before = System.setProperty("fathom.bfloat16", "always");
        try {
            scenario((net, epoch, t) -> t.precision(epoch % 4 == 0 ? Precision.BFLOAT16 : Precision.FLOAT32)).same();
        } finally {
            if (before == null) {
                System.clearProperty("fathom.bfloat16");
            } else {
                System.setProperty("fathom.bfloat16", before);
            }
        }
    }

    // ---- optimisers -----------------------------------------------------------------------------------------------

    /** Plain descent, as a user writes it. */
    private static class Descent extends Optimizer {
        int updates;

        Descent(List<Tensor> parameters, double lr) {
            super(List.of(ParameterGroup.of(parameters)), Map.of("lr", lr));
        }

        @Override
        public void step() {
            try (var _ = Autograd.noGrad()) {
                for (ParameterGroup group : groups()) {
                    for (Tensor p : group.parameters()) {
                        if (p.grad() != null) {
                            p.sub_(p.grad().mul(group.lr()));
                        }
                    }
                }
            }
        }
    }

    /** Counts its steps in Java. */
    private static final class Counting extends Descent {
        Counting(List<Tensor> parameters, double lr) {
            super(parameters, lr);
        }

        @Override
        public void step() {
            updates++;
            super.step();
        }
    }

    /** Keeps to itself what it needs. */
    private static final class Closed extends Optimizer {
        private final List<Tensor> parameters;
        private double rate;

        Closed(List<Tensor> parameters, double rate) {
            super(List.of(ParameterGroup.of(parameters)), Map.of("lr", rate));
            this.parameters = parameters;
            this.rate = rate;
        }

        @Override
        public void step() {
            try (var _ = Autograd.noGrad()) {
                for (Tensor p : parameters) {
                    p.sub_(p.grad().mul(rate));
                }
            }
        }
    }

    @Test
    void anOptimizerOfOnesOwnUnderASchedule() {
        var s = new Scenario();
        s.options =
                t -> t.optimizer(p -> new Descent(p, 0.1)).schedule(o -> new LambdaLR(o, e -> e < 4 ? 1 - 0.1 * e : 0));
        s.same();
        var weights = new ArrayList<float[]>();
        s.change = (net, epoch, t) -> weights.add(Fixture.weights(net));
        s.run(false);
        for (int epoch = 5; epoch < EPOCHS; epoch++) {
            assertThat(weights.get(epoch)).as("no update at a rate of 0").isEqualTo(weights.get(4));
        }
        assertThat(weights.get(4)).isNotEqualTo(weights.get(3));
    }

    @Test
    void anOptimizerWithFields() {
        var made = new AtomicReference<Closed>();
        var s = scenario((net, epoch, t) -> made.get().rate = epoch < 4 ? 0.1 : 0.01);
        s.options =
                t ->
                        t.optimizer(p -> {
                            made.set(new Closed(p, 0.1));
                            return made.get();
                        });
        s.same();
    }

    @Test
    void anOptimizerThatCounts() {
        var made = new AtomicReference<Counting>();
        var s = new Scenario();
        s.options =
                t ->
                        t.optimizer(p -> {
                            made.set(new Counting(p, 0.1));
                            return made.get();
                        });
        s.run(false);
        assertThat(made.get().updates).isEqualTo(EPOCHS * BATCHES);
    }

    @Test
    void aGroupIsAdded() {
        var s = new Scenario();
        var made = new AtomicReference<Optimizer>();
        s.options =
                t ->
                        t.optimizer(p -> {
                            made.set(new SGD(p.subList(0, 2), 0.1));
                            return made.get();
                        });
        s.change =
                (net, epoch, t) -> {
                    if (epoch == 4) {
                        List<Tensor> all = net.parameters();
                        made.get().addGroup(ParameterGroup.of(all.subList(2, all.size())));
                    }
                };
        s.same();
    }

    // ---- what captured steps say ----------------------------------------------------------------------------------

    /** How often a step's Java ran in so many calls. */
    private static int runs(Captured step, AtomicInteger runs, int calls) {
        int before = runs.get();
        for (int i = 0; i < calls; i++) {
            step.call(Tensors.ones(4, 2));
        }
        return runs.get() - before;
    }

    @Test
    void aLayerMadeElsewhereHasNoEffect() {
        Layer net = Fixture.net();
        var runs = new AtomicInteger();
        Captured step =
                Captured.of((Tensor x) -> {
                    runs.incrementAndGet();
                    return net.forward(x).square().mean();
                });
        for (int i = 0; i < 20; i++) {
            assertThat(runs(step, runs, 1)).isEqualTo(i < 3 ? 1 : 0);
            new Linear(3, 3).to(DType.FLOAT64).requiresGrad_(false);
        }
        assertThat(step.eagerReason()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRateFromAScalarMakesNoOtherPlan(boolean scalar) {
        final class Scheduled extends Descent {
            Scheduled(List<Tensor> parameters) {
                super(parameters, 0.1);
            }

            @Override
            public void step() {
                if (!scalar) {
                    super.step();
                    return;
                }
                try (var _ = Autograd.noGrad()) {
                    for (ParameterGroup group : groups()) {
                        Tensor lr = Captured.scalar(group::lr);
                        for (Tensor p : group.parameters()) {
                            if (p.grad() != null) {
                                p.sub_(p.grad().mul(lr));
                            }
                        }
                    }
                }
            }
        }
        var weights = new ArrayList<float[]>();
        var runs = new AtomicInteger();
        for (boolean eager : new boolean[] {true, false}) {
            Tensors.manualSeed(1);
            Layer net = Fixture.net();
            var optimizer = new Scheduled(net.parameters());
            UnaryOperator<Tensor> step =
                    x -> {
                        runs.incrementAndGet();
                        Tensor loss = net.forward(x).square().mean();
                        optimizer.zeroGrad();
                        loss.backward();
                        optimizer.step();
                        return loss;
                    };
            Captured captured = Captured.of(step);
            runs.set(0);
            for (int i = 0; i < 30; i++) {
                optimizer.setLr(0.1 / (1 + i));
                Tensor x = Tensors.randn(4, 2);
                Tensor unused = eager ? step.apply(x) : captured.call(x);
            }
            weights.add(Fixture.weights(net));
            if (!eager) {
                assertThat(runs.get()).isEqualTo(scalar ? 3 : 30);
                assertThat(captured.plan()).contains(scalar ? "number from Java" : "the hyper-parameter lr");
            }
        }
        assertThat(weights.get(1)).isEqualTo(weights.get(0));
    }

    /** A block with a generator of random numbers that is not Fathom's. */
    private static class Noisy extends Layer {
        final java.util.Random random = new java.util.Random(1);
        final Linear linear = new Linear(2, 2);

        @Override
        public Tensor forward(Tensor x) {
            return linear.forward(x).mul(random.nextInt(3));
        }
    }

    /** Says that the generator is no matter, and takes what it gives as a scalar. */
    private static final class Opted extends Layer {
        final transient java.util.Random random = new java.util.Random(1);
        final Linear linear = new Linear(2, 2);

        @Override
        public Tensor forward(Tensor x) {
            return linear.forward(x).mul(Captured.scalar(() -> random.nextInt(3)));
        }
    }

    /** Says itself what it depends on. */
    private static final class Telling extends Layer {
        private final StringBuilder table = new StringBuilder("a");
        private final Linear linear = new Linear(2, 2);
        int unimportant;

        @Override
        public Tensor forward(Tensor x) {
            return linear.forward(x).mul(table.length());
        }

        @Override
        protected Object guard() {
            return table.toString();
        }
    }

    @Test
    void whatCannotBeComparedRunsEagerlyAndSaysSo() {
        Layer net = new Sequential(new Linear(2, 2), new Noisy());
        Captured step = Captured.of((Tensor x) -> net.forward(x));
        for (int i = 0; i < 4; i++) {
            step.call(Tensors.ones(4, 2));
        }
        assertThat(step.eagerReason())
                .contains("field random of class " + Noisy.class.getName())
                .contains("java.util.Random")
                .contains("transient")
                .contains("guard()");
    }

    @Test
    void whatABlockSaysOfItselfCounts() {
        var runs = new AtomicInteger();
        var net = new Telling();
        Captured step =
                Captured.of((Tensor x) -> {
                    runs.incrementAndGet();
                    return net.forward(x);
                });
        assertThat(runs(step, runs, 6)).isEqualTo(3);
        net.unimportant++;
        assertThat(runs(step, runs, 6)).isZero();
        net.table.append("b");
        Tensor x = Tensors.ones(4, 2);
        assertThat(step.call(x).equal(net.forward(x).detach())).isTrue();
        assertThat(runs(step, runs, 6)).isEqualTo(2);
        assertThat(step.eagerReason()).isNull();
    }

    @Test
    void scalarsAreAskedForAtEachCall() {
        var eager = new Opted();
        var captured = new Opted();
        captured.loadStateDict(eager.stateDict());
        Captured step = Captured.of((Tensor x) -> captured.forward(x));
        for (int i = 0; i < 20; i++) {
            Tensor x = Tensors.randn(4, 2);
            assertThat(step.call(x).equal(eager.forward(x))).isTrue();
        }
        assertThat(step.eagerReason()).isNull();
    }

    @Test
    void whatTheStepItselfAssignsEndsTheCapture() {
        final class Aging extends Layer {
            int age;

            @Override
            public Tensor forward(Tensor x) {
                return x.mul(++age < 10 ? 1 : 2);
            }
        }
        var net = new Aging();
        Captured step = Captured.of((Tensor x) -> net.forward(x));
        for (int i = 1; i < 15; i++) {
            assertThat(step.call(Tensors.ones(2)).max().item()).isEqualTo(i < 10 ? 1 : 2);
        }
        assertThat(step.eagerReason()).contains("the step itself changes field age").contains("Aging");
    }

    @Test
    void guardsThatAreAskedFor() {
        var phase = new AtomicReference<>("warm-up");
        var elsewhere = new java.util.concurrent.atomic.DoubleAdder();
        Captured step =
                Captured.of((Tensor x) ->
                        x.mul(Captured.guard(() -> elsewhere.sum())).add(Captured.guard(phase::get).length()));
        for (int i = 0; i < 30; i++) {
            if (i == 12) {
                elsewhere.add(3);
            } else if (i == 20) {
                phase.set("main");
            }
            assertThat(step.call(Tensors.ones(2)).max().item()).isEqualTo((i < 12 ? 0 : 3) + (i < 20 ? 7 : 4));
        }
        assertThat(step.eagerReason()).isNull();
    }

    // ---- where blocks hide ----------------------------------------------------------------------------------------

    /** A block that has nothing but a number. */
    private static final class Factor extends Layer {
        double factor = 2;

        @Override
        public Tensor forward(Tensor x) {
            return x.mul(factor);
        }
    }

    private static final Factor SHARED = new Factor();

    /** Holds a block where none looks. */
    private static final class Hidden {
        private static final class Unseen extends Layer {
            double factor = 2;

            @Override
            public Tensor forward(Tensor x) {
                return x.mul(factor);
            }
        }

        private static final Map<String, List<Unseen>> ALL = Map.of("here", List.of(new Unseen()));

        static Tensor run(Tensor x) {
            return ALL.get("here").getFirst().forward(x);
        }
    }

    private record Holder(List<Layer> layers, Layer[] array) {}

    private static void follows(Captured step, DoubleConsumer factor) {
        factor.accept(2);
        for (int i = 0; i < 16; i++) {
            if (i == 8) {
                factor.accept(5);
            }
            assertThat(step.call(Tensors.ones(2)).max().item()).as("call %d", i).isEqualTo(i < 8 ? 2 : 5);
        }
    }

    private static void follows(Captured step, Factor factor) {
        follows(step, f -> factor.factor = f);
        assertThat(step.eagerReason()).isNull();
        assertThat(step.plan()).contains("kernels of");
    }

    @Test
    void blocksAreFoundWhereverTheyAre() {
        var factor = new Factor();
        follows(Captured.of(factor::forward), factor);
        follows(Captured.of((Tensor x) -> factor.forward(x)), factor);
        follows(Captured.of((Tensor x) -> SHARED.forward(x)), SHARED);
        var holder = new Holder(List.of(factor), new Layer[] {factor});
        follows(Captured.of((Tensor x) -> holder.array[0].forward(x)), factor);
        follows(Captured.of((Tensor x) -> holder.layers.getFirst().forward(x)), factor);
        Captured inner = Captured.of(factor::forward);
        follows(Captured.of((Tensor x) -> inner.call(x)), factor);
        UnaryOperator<Tensor> function = factor::forward;
        follows(Captured.of((Tensor x) -> function.apply(x)), factor);
    }

    @Test
    void aBlockThatIsFoundNowhereEndsTheCapture() {
        Hidden.Unseen unseen = Hidden.ALL.get("here").getFirst();
        Captured step = Captured.of((Tensor x) -> Hidden.run(x));
        follows(step, f -> unseen.factor = f);
        assertThat(step.eagerReason()).contains(Hidden.Unseen.class.getName()).contains("guarding");
        Captured named = Captured.of((Tensor x) -> Hidden.run(x)).guarding(unseen);
        follows(named, f -> unseen.factor = f);
        assertThat(named.eagerReason()).isNull();
        assertThat(named.plan()).contains("kernels of");
    }

    @Test
    void blocksAboveOneThatIsMet() {
        final class Above extends Layer {
            private final Linear linear = new Linear(2, 2);
            private double factor = 1;

            @Override
            public Tensor forward(Tensor x) {
                return linear.forward(x).mul(factor);
            }
        }
        Held.net = new Above();
        Held.net.eval();
        Captured step = Captured.of((Tensor x) -> Held.net.forward(x));
        Tensor x = Tensors.ones(3, 2);
        for (int i = 0; i < 16; i++) {
            if (i == 8) {
                ((Above) Held.net).factor = 3;
            }
            assertThat(step.call(x).equal(Held.net.forward(x).detach())).isTrue();
        }
        assertThat(step.eagerReason()).isNull();
    }

    /** A static field of another class. */
    private static final class Held {
        static Layer net = new ReLU();
    }

    /** Not a block at all. */
    private static final class Model {
        double factor = 2;
        final double[] more = {1};

        Tensor run(Tensor x) {
            return x.mul(factor).mul(more[0]);
        }
    }

    private double field = 2;

    @Test
    void capturedVariables() {
        var model = new Model();
        int[] numbers = {1};
        int calls = 24;
        Captured step = Captured.of((Tensor x) -> model.run(x).add(numbers[0]).mul(field));
        for (int i = 0; i < calls; i++) {
            switch (i) {
                case 6 -> model.factor = 3;
                case 12 -> model.more[0] = 2;
                case 15 -> numbers[0] = 7;
                case 18 -> field = 4;
                default -> {}
            }
            double right = (model.factor * model.more[0] + numbers[0]) * field;
            assertThat(step.call(Tensors.ones(2)).max().item()).as("call %d", i).isEqualTo(right);
        }
        assertThat(step.eagerReason()).isNull();
    }

    @Test
    void whatTheStepCountsIsNoCondition() {
        int[] count = {0};
        Captured step =
                Captured.of((Tensor x) -> {
                    count[0]++;
                    return x.mul(2);
                });
        for (int i = 0; i < 12; i++) {
            step.call(Tensors.ones(2));
        }
        assertThat(count[0]).isEqualTo(3);
        assertThat(step.eagerReason()).isNull();
    }

    @Test
    void weightsInTheOrderOfEpochs() {
        // the harness itself: another seed gives other losses
        Outcome a = new Scenario().run(true);
        assertThat(Arrays.equals(a.weights, scenario((n, e, t) -> ((Net) n).scale = e).run(true).weights)).isFalse();
    }
}
