package fathom.bench.libtorch;

import fathom.bench.protocol.Side.Task;
import fathom.bench.work.KernelWork;
import fathom.bench.work.KernelWork.AdamStep;
import fathom.bench.work.KernelWork.Attention;
import fathom.bench.work.KernelWork.Embedding;
import fathom.bench.work.KernelWork.MatrixProduct;
import fathom.bench.work.KernelWork.OnMatrix;
import fathom.bench.work.KernelWork.OnVector;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Single operations. */
final class Kernels {
    private Kernels() {}

    static Task task(KernelWork work) {
        return switch (work) {
            case OnVector w -> onVector(w);
            case OnMatrix w -> onMatrix(w);
            case Embedding w -> embedding(w);
            case MatrixProduct w -> product(w);
            case Attention w -> attention(w);
            case AdamStep w -> adam(w);
        };
    }

    private static Task onVector(OnVector w) {
        Tensor x = torch.randn(w.elements());
        Tensor y = torch.randn(w.elements());
        var factor = new Scalar(1.5);
        return switch (w.kernel()) {
            case COPY -> new Owned(() -> y.copy_(x), x, y);
            case ADD -> new Owned(() -> x.add(y).close(), x, y);
            case CHAIN ->
                    new Owned(
                            () -> {
                                // each intermediate is freed as soon as the next exists, like temporaries in C++
                                Tensor a = x.mul(factor);
                                Tensor b = a.add(y);
                                a.close();
                                Tensor c = b.tanh();
                                b.close();
                                Tensor d = c.sub(x);
                                c.close();
                                Tensor e = d.relu();
                                d.close();
                                e.close();
                            },
                            x,
                            y,
                            factor);
            case SUM -> new Owned(() -> x.sum().close(), x);
            case SORT -> new Owned(() -> x.sort().close(), x);
            case GELU -> withGradient(w.backward(), () -> torch.gelu(x), x);
            case DROPOUT -> withGradient(w.backward(), () -> torch.dropout(x, 0.5, true), x);
        };
    }

    private static Task onMatrix(OnMatrix w) {
        Tensor x = torch.randn(w.rows(), w.columns());
        return switch (w.kernel()) {
            case SOFTMAX -> withGradient(w.backward(), () -> x.softmax(1), x);
            case LAYER_NORM -> {
                Tensor weight = torch.ones(w.columns());
                Tensor bias = torch.zeros(w.columns());
                var maybeWeight = new TensorOptional(weight);
                var maybeBias = new TensorOptional(bias);
                long[] shape = {w.columns()};
                yield withGradient(
                        w.backward(),
                        () -> torch.layer_norm(x, shape, maybeWeight, maybeBias, 1e-5, true),
                        x,
                        weight,
                        bias);
            }
            case GATHER -> {
                Tensor index = torch.randint(w.columns(), new long[] {w.rows(), w.columns()});
                yield new Owned(() -> x.gather(1, index).close(), x, index);
            }
        };
    }

    private static Task embedding(Embedding w) {
        Tensor table = torch.randn(w.vocabulary(), w.width());
        Tensor index = torch.randint(w.vocabulary(), new long[] {w.tokens()});
        return withGradient(w.backward(), () -> torch.embedding(table, index), table);
    }

    private static Task product(MatrixProduct w) {
        Tensor a = matrices(w.batch(), w.m(), w.k(), w.left());
        Tensor b = matrices(w.batch(), w.k(), w.n(), w.right());
        return new Owned(() -> a.matmul(b).close(), a, b);
    }

    private static Task attention(Attention w) {
        var in = new Tensor[3];
        for (int i = 0; i < in.length; i++) {
            in[i] = torch.randn(w.batch(), w.heads(), w.tokens(), w.width());
        }
        var noMask = new TensorOptional();
        var usualScale = new DoubleOptional();
        return withGradient(
                w.backward(),
                () -> torch.scaled_dot_product_attention(in[0], in[1], in[2], noMask, 0, w.causal(), usualScale, false),
                in);
    }

    private static Tensor matrices(int batch, int rows, int columns, boolean transposed) {
        Tensor t = transposed ? torch.randn(batch, columns, rows) : torch.randn(batch, rows, columns);
        Tensor view = transposed ? t.transpose(1, 2) : t;
        return batch == 1 ? view.squeeze(0) : view;
    }

    private static Task adam(AdamStep w) {
        var parameters = new TensorVector();
        for (int size : w.sizes()) {
            Tensor p = torch.randn(size).set_requires_grad(true);
            p.mutable_grad().put(torch.randn(size));
            parameters.push_back(p);
        }
        var adam = new Adam(parameters, new AdamOptions(1e-3));
        return new Owned(() -> adam.step().close(), adam, parameters);
    }

    /** The forward pass alone, or with the gradients of the inputs, from a fixed gradient of the result. */
    static Task withGradient(boolean backward, Supplier<Tensor> forward, Tensor... inputs) {
        if (!backward) {
            return new Owned(() -> forward.get().close(), inputs);
        }
        for (Tensor t : inputs) {
            t.set_requires_grad(true);
        }
        Tensor shape = forward.get();
        Tensor g = torch.randn_like(shape);
        shape.close();
        var by = new TensorVector(inputs);
        var gradients = new TensorVector(g);
        var unset = new BoolOptional();
        return new Owned(
                () -> {
                    try (var _ = new PointerScope()) {
                        torch.grad(new TensorVector(forward.get()), by, gradients, unset, false, false);
                    }
                },
                g,
                by,
                gradients);
    }

    /** A task with the operands that are freed after it. */
    private static final class Owned implements Task {
        private final Runnable work;
        private final Pointer[] operands;

        Owned(Runnable work, Pointer... operands) {
            this.work = work;
            this.operands = operands;
        }

        @Override
        public void run() {
            work.run();
        }

        @Override
        public void close() {
            for (Pointer p : operands) {
                p.close();
            }
        }
    }
}
