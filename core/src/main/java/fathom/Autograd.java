package fathom;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Automatic differentiation: recording modes, and derivatives of functions.
 *
 * @see <a href="https://d2l.ai/chapter_preliminaries/autograd.html">Dive into Deep Learning, Automatic
 *     Differentiation</a>
 */
public final class Autograd {
    private Autograd() {}

    /**
     * A setting that lasts until it is closed, for try-with-resources. It must be closed on the thread that opened it,
     * after all settings opened later; otherwise {@link #close} throws an {@link IllegalStateException}. Closing it
     * again has no effect.
     */
    @FunctionalInterface
    public interface Setting extends AutoCloseable {
        @Override
        void close();
    }

    /** Disables recording of operations on this thread until the setting is closed. */
    public static Setting noGrad() {
        return GradMode.set(false);
    }

    /** Re-enables recording of operations on this thread, within {@link #noGrad}. */
    public static Setting enableGrad() {
        return GradMode.set(true);
    }

    /** {@return whether autograd records operations on this thread} */
    public static boolean isGradEnabled() {
        return GradMode.isEnabled();
    }

    /** Options of a backward pass. */
    public static final class Backward {
        private boolean retainGraph;
        private boolean createGraph;
        private boolean allowUnused;
        private boolean retainSet;
        private @Nullable Tensor gradient;
        private @Nullable List<Tensor> inputs;

        Backward() {}

        /**
         * Whether to keep saved tensors, so that backward can run through the same graph again. Default: as
         * createGraph.
         */
        public Backward retainGraph(boolean retain) {
            retainGraph = retain;
            retainSet = true;
            return this;
        }

        /** Whether to record the computation of the gradients, for higher-order gradients. Default: false. */
        public Backward createGraph(boolean create) {
            createGraph = create;
            return this;
        }

        /**
         * Whether an input without influence yields null rather than an error in {@link Autograd#grad}. Default: false.
         */
        public Backward allowUnused(boolean allow) {
            allowUnused = allow;
            return this;
        }

        /** The gradient of some function with respect to the tensor. Default: 1, for a scalar. */
        public Backward gradient(Tensor gradient) {
            this.gradient = gradient;
            return this;
        }

        /**
         * The leaves into which {@link Tensor#backward()} accumulates gradients; those of all other leaves stay
         * unchanged. Default: all leaves that require a gradient.
         */
        public Backward inputs(List<Tensor> leaves) {
            if (leaves.isEmpty()) {
                throw new IllegalArgumentException("backward: expected at least one input");
            }
            for (Tensor t : leaves) {
                if (!t.isLeaf()) {
                    throw new IllegalArgumentException(
                            "backward: an input of shape %s is the result of an operation; expected leaves"
                                    .formatted(t.shape()));
                }
            }
            this.inputs = leaves;
            return this;
        }

        private boolean retains() {
            return retainSet ? retainGraph : createGraph;
        }
    }

    /**
     * Defers an action to the end of the backward pass that runs on this thread: called by hooks, to complete what they
     * began. Tensors that the hooks made are still valid then; gradients are not recorded unless the pass creates a
     * graph.
     *
     * @throws IllegalStateException if no backward pass runs on this thread
     */
    public static void whenBackwardEnds(Runnable action) {
        if (!BackwardEngine.whenEnded(action)) {
            throw new IllegalStateException("whenBackwardEnds: no backward pass runs on this thread");
        }
    }

    static void backward(List<Tensor> roots, List<? extends @Nullable Tensor> gradients, Consumer<Backward> options) {
        var o = new Backward();
        options.accept(o);
        var seeds = new ArrayList<Tensor>();
        for (int i = 0; i < roots.size(); i++) {
            Tensor given = gradients.get(i);
            seeds.add(seed("backward", roots.get(i), given == null ? o.gradient : given));
        }
        var engine = new BackwardEngine(o.createGraph, o.retains(), null);
        if (o.inputs != null) {
            engine.accumulateOnlyInto(o.inputs);
        }
        engine.run(roots, seeds);
    }

    private static Tensor seed(String operation, Tensor root, @Nullable Tensor gradient) {
        if (!root.requiresGrad()) {
            throw new IllegalStateException(
                    operation + ": this tensor does not require a gradient and was not computed from one that does");
        }
        if (gradient == null) {
            if (root.numel() != 1) {
                throw new IllegalStateException(
                        "%s: the tensor has shape %s; the gradient may only be omitted for a scalar"
                                .formatted(operation, root.shape()));
            }
            return Tensors.onesLike(root);
        }
        if (!gradient.shape().equals(root.shape())) {
            throw new IllegalArgumentException(
                    "%s: the gradient has shape %s, the tensor %s"
                            .formatted(operation, gradient.shape(), root.shape()));
        }
        return gradient.to(root.dtype());
    }

    /**
     * The gradients of the sum of {@code output} with respect to {@code inputs}; nothing is accumulated.
     *
     * @throws IllegalArgumentException if an input has no influence; see {@link Backward#allowUnused}
     */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs) {
        return grad(output, inputs, o -> {});
    }

    /** As {@link #grad(Tensor, List)}, with options; unused inputs yield null if allowed. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs, Consumer<Backward> options) {
        var o = new Backward();
        options.accept(o);
        for (int i = 0; i < inputs.size(); i++) {
            if (!inputs.get(i).requiresGrad()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "grad: input %d does not require a gradient", i));
            }
        }
        var engine = new BackwardEngine(o.createGraph, o.retains(), inputs);
        engine.run(List.of(output), List.of(seed("grad", output, o.gradient)));
        var grads = new ArrayList<@Nullable Tensor>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor g = engine.captured(inputs.get(i));
            if (g == null && !o.allowUnused) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "grad: input %d of shape %s had no influence on the output; allowUnused(true) returns null for it",
                                i,
                                inputs.get(i).shape()));
            }
            grads.add(g);
        }
        return nullable(grads);
    }

    @SuppressWarnings({"NullAway", "unchecked"}) // elements are null only where the caller allowed it
    private static List<Tensor> nullable(List<@Nullable Tensor> list) {
        return (List<Tensor>) (List<?>) list;
    }

    /** Gradients as plain values or, if they are to be differentiated again, with their graph. */
    private static Tensor gradOrZeros(Tensor output, Tensor input, boolean createGraph, @Nullable Tensor v) {
        if (!output.requiresGrad()) {
            return Tensors.zerosLike(input);
        }
        List<Tensor> g =
                grad(
                        output,
                        List.of(input),
                        o -> {
                            o.createGraph(createGraph).retainGraph(true).allowUnused(true);
                            if (v != null) {
                                o.gradient(v);
                            }
                        });
        Tensor first = g.getFirst();
        return first == null ? Tensors.zerosLike(input) : first;
    }

    /** {@return the gradient function of the scalar function {@code f}; it is differentiable again} */
    public static UnaryOperator<Tensor> grad(Function<Tensor, Tensor> f) {
        return x -> {
            try (var on = enableGrad()) {
                Tensor at = x.requiresGrad() ? x : x.detach().requiresGrad_();
                return gradOrZeros(f.apply(at), at, true, null);
            }
        };
    }

    /**
     * The vector-Jacobian product.
     *
     * @param f a function from one tensor to one tensor
     * @param x the point
     * @param v of the shape of {@code f(x)}
     * @return the value of f and {@code v^T J}, of the shape of x
     */
    public static Product vjp(Function<Tensor, Tensor> f, Tensor x, Tensor v) {
        try (var on = enableGrad()) {
            Tensor at = x.detach().requiresGrad_();
            Tensor y = f.apply(at);
            return new Product(y.detach(), gradOrZeros(y, at, false, v).detach());
        }
    }

    /**
     * The Jacobian-vector product, computed as the gradient of a gradient.
     *
     * @param f a function from one tensor to one tensor
     * @param x the point
     * @param v of the shape of x
     * @return the value of f and {@code J v}, of the shape of {@code f(x)}
     */
    public static Product jvp(Function<Tensor, Tensor> f, Tensor x, Tensor v) {
        try (var on = enableGrad()) {
            Tensor at = x.detach().requiresGrad_();
            Tensor y = f.apply(at);
            Tensor u = Tensors.zerosLike(y).requiresGrad_();
            Tensor g = gradOrZeros(y, at, true, u);
            return new Product(y.detach(), gradOrZeros(g, u, false, v).detach());
        }
    }

    /**
     * A value and a Jacobian product.
     *
     * @param value the function's value
     * @param product the product
     */
    public record Product(Tensor value, Tensor product) {}

    /** {@return the Jacobian of {@code f} at {@code x}, with the shape of f's value followed by x's} */
    public static Tensor jacobian(Function<Tensor, Tensor> f, Tensor x) {
        try (var on = enableGrad()) {
            Tensor at = x.detach().requiresGrad_();
            return jacobian(f.apply(at), at, false);
        }
    }

    private static Tensor jacobian(Tensor y, Tensor at, boolean createGraph) {
        Tensor flat = y.reshape(-1);
        var rows = new ArrayList<Tensor>();
        for (long i = 0; i < flat.numel(); i++) {
            rows.add(gradOrZeros(flat.select(0, i), at, createGraph, null));
        }
        long[] yShape = y.shape().dims();
        long[] xShape = at.shape().dims();
        long[] shape = java.util.Arrays.copyOf(yShape, yShape.length + xShape.length);
        System.arraycopy(xShape, 0, shape, yShape.length, xShape.length);
        return rows.isEmpty() ? at.newZeros(shape) : Tensors.stack(rows, 0).reshape(shape);
    }

    /** {@return the Hessian of the scalar function {@code f} at {@code x}, with x's shape twice} */
    public static Tensor hessian(Function<Tensor, Tensor> f, Tensor x) {
        try (var on = enableGrad()) {
            Tensor at = x.detach().requiresGrad_();
            Tensor y = f.apply(at);
            if (y.numel() != 1) {
                throw new IllegalArgumentException(
                        "hessian: the function's value has shape %s; expected a scalar".formatted(y.shape()));
            }
            return jacobian(gradOrZeros(y, at, true, null), at, false);
        }
    }
}
