package outside;

import fathom.Captured;
import fathom.DType;
import fathom.Fathom;
import fathom.Generator;
import fathom.PointwiseFunction;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Linear;
import fathom.train.Epochs;
import fathom.train.Trainer;
import fathom.train.recipe.RecipeResult;
import fathom.train.recipe.Recipes;
import java.util.List;

/**
 * Trains with one extension of each kind, captured and eagerly, and verifies that the results are bit-for-bit the same.
 */
final class Main {
    private static final int STEPS = 12;

    private static final StraightThrough ROUNDED = new StraightThrough();
    private static final EverySecond EVERY_SECOND = new EverySecond();
    private static final PointwiseFunction SQUARED_RELU = PointwiseFunction.of("squaredRelu", x -> x.max(0).square());

    private Main() {}

    /** The product and the squared ReLU before it are the backend's. */
    private static Tensor step(Tensor w, Lion opt, Tensor x) {
        opt.zeroGrad();
        Tensor h = ROUNDED.apply(SQUARED_RELU.apply(x).matmul(w));
        Tensor loss = h.square().mean();
        loss.backward();
        opt.step();
        return loss.detach().add(EVERY_SECOND.apply(h.detach()).sum());
    }

    private static Tensor weight() {
        return Tensors.linspace(-1, 1, 32).reshape(8, 4).clone().requiresGrad_();
    }

    /** {@return a description of the problem; empty if there is none} */
    static String problem() {
        String wrong = problemOfTraining();
        if (wrong.isEmpty()) {
            wrong = problemOfBackend();
        }
        if (wrong.isEmpty()) {
            wrong = problemOfTask();
        }
        return wrong.isEmpty() ? problemOfRecipe() : wrong;
    }

    private static String problemOfTraining() {
        Tensor w = weight();
        Tensor v = weight();
        var captured = new Lion(List.of(w), 0.01);
        var eager = new Lion(List.of(v), 0.01);
        var plan = Captured.of((Tensor x) -> step(w, captured, x));
        long products = 0;
        long functions = 0;
        try (var generator = new Generator(1).open()) {
            for (int i = 0; i < STEPS; i++) {
                Tensor x = Tensors.randn(16, 8);
                Tensor expected = step(v, eager, x);
                long productsBefore = ExactProducts.PRODUCTS.get();
                long functionsBefore = ExactProducts.FUNCTIONS.get();
                if (!plan.call(x).equal(expected) || !w.detach().equal(v.detach())) {
                    return "step " + i + " gives other results when it is captured";
                }
                products = ExactProducts.PRODUCTS.get() - productsBefore;
                functions = ExactProducts.FUNCTIONS.get() - functionsBefore;
            }
        }
        String reason = plan.eagerReason();
        if (reason != null) {
            return "the step is not captured: " + reason;
        }
        // forward, and the gradient of the weights
        if (products != 2 || functions != 1) {
            return "a replay has %s products and %s functions of the backend: %s"
                    .formatted(products, functions, plan.plan());
        }
        return w.detach().equal(weight().detach()) ? "nothing was learned" : "";
    }

    /** Sums in float64 show whose product it is. */
    private static String problemOfBackend() {
        if (Fathom.backends().stream().noneMatch(b -> b.name().equals("exact") && b.used())) {
            return "the backend is not used: " + Fathom.backends();
        }
        try (var generator = new Generator(2).open()) {
            Tensor a = Tensors.randn(33, 64);
            Tensor b = Tensors.randn(64, 17).t().contiguous().t();
            Tensor exact = a.to(DType.FLOAT64).matmul(b.to(DType.FLOAT64)).to(DType.FLOAT32);
            if (!a.matmul(b).equal(exact) || !a.flip(0).matmul(b).equal(exact.flip(0))) {
                return "the product is not the backend's";
            }
            // too many terms for it
            long before = ExactProducts.PRODUCTS.get();
            Tensor c = Tensors.randn(4, 65).matmul(Tensors.randn(65, 4));
            return ExactProducts.PRODUCTS.get() == before && Double.isFinite(c.sum().item())
                    ? ""
                    : "the backend takes what costs it more";
        }
    }

    private static String problemOfTask() {
        Tensor[] weights = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            boolean eager = i == 0;
            try (var generator = new Generator(3).open()) {
                var encoder = new Linear(2, 1);
                var task = new Reconstruction(encoder, new Linear(1, 2));
                var points = new Reconstruction.Points(Tensors.randn(64, 2), Tensors.rand(64));
                Reconstruction.RUNS.set(0);
                new Trainer(task, t -> t.eager(eager).progress(false))
                        .fit(DataLoader.of(new TensorDataset(points), 8).shuffle(true), Epochs.of(4));
                weights[i] = encoder.weight.detach();
            }
            if (eager != (Reconstruction.RUNS.get() == 32)) {
                return "the task's step ran %s times".formatted(Reconstruction.RUNS);
            }
        }
        return weights[0].equal(weights[1]) ? "" : "the task gives other results when it is captured";
    }

    private static String problemOfRecipe() {
        RecipeResult result = Recipes.train("spirals", o -> o.progress(false));
        double accuracy = result.run().last().test().getOrDefault("acc", 0.0);
        return accuracy > 0.9 ? "" : "the recipe came to " + result.run().last();
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        String problem = problem();
        String place = Main.class.getModule().isNamed() ? "module " + Main.class.getModule().getName() : "class path";
        System.out.println(place + ": " + (problem.isEmpty() ? "the same bits" : problem));
        System.exit(problem.isEmpty() ? 0 : 1);
    }
}
