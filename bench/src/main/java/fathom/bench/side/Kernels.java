package fathom.bench.side;

import fathom.Autograd;
import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.Side.Task;
import fathom.bench.work.KernelWork;
import fathom.bench.work.KernelWork.AdamStep;
import fathom.bench.work.KernelWork.Attention;
import fathom.bench.work.KernelWork.Embedding;
import fathom.bench.work.KernelWork.MatrixProduct;
import fathom.bench.work.KernelWork.OnMatrix;
import fathom.bench.work.KernelWork.OnVector;
import fathom.bench.work.Row.FathomMode;
import fathom.optim.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/** Single operations. */
final class Kernels {
    private Kernels() {}

    static Task task(KernelWork work, FathomMode mode) {
        return switch (work) {
            case OnVector w -> onVector(w, mode);
            case OnMatrix w -> onMatrix(w);
            case Embedding w -> embedding(w);
            case MatrixProduct w -> product(w);
            case Attention w -> attention(w);
            case AdamStep w -> adam(w);
        };
    }

    private static Task onVector(OnVector w, FathomMode mode) {
        Tensor x = Tensors.randn(w.elements());
        Tensor y = Tensors.randn(w.elements());
        return switch (w.kernel()) {
            case COPY -> () -> y.copy_(x);
            case ADD -> () -> x.add(y);
            case CHAIN -> chain(x, y, mode);
            case SUM -> x::sum;
            case SORT -> x::sort;
            case GELU -> withGradient(w.backward(), x, x::gelu);
            case DROPOUT -> withGradient(w.backward(), x, () -> Tensors.dropout(x, 0.5, true));
        };
    }

    private static Task chain(Tensor x, Tensor y, FathomMode mode) {
        BinaryOperator<Tensor> chain = (a, b) -> a.mul(1.5).add(b).tanh().sub(a).relu();
        if (mode.isCaptured()) {
            var captured = Captured.of(chain);
            return () -> captured.call(x, y);
        }
        return () -> {
            Tensor unused = chain.apply(x, y);
        };
    }

    private static Task onMatrix(OnMatrix w) {
        Tensor x = Tensors.randn(w.rows(), w.columns());
        return switch (w.kernel()) {
            case SOFTMAX -> withGradient(w.backward(), x, () -> x.softmax(1));
            case LAYER_NORM -> {
                Tensor weight = Tensors.ones(w.columns());
                Tensor bias = Tensors.zeros(w.columns());
                long[] shape = {w.columns()};
                yield withGradient(
                        w.backward(), List.of(x, weight, bias), () -> Tensors.layerNorm(x, shape, weight, bias, 1e-5));
            }
            case GATHER -> {
                Tensor index = Tensors.randint(0, w.columns(), w.rows(), w.columns());
                yield () -> x.gather(1, index);
            }
        };
    }

    private static Task embedding(Embedding w) {
        Tensor table = Tensors.randn(w.vocabulary(), w.width());
        Tensor index = Tensors.randint(0, w.vocabulary(), w.tokens());
        return withGradient(w.backward(), table, () -> Tensors.embedding(index, table));
    }

    private static Task product(MatrixProduct w) {
        Tensor a = matrices(w.batch(), w.m(), w.k(), w.left());
        Tensor b = matrices(w.batch(), w.k(), w.n(), w.right());
        return () -> a.matmul(b);
    }

    private static Task attention(Attention w) {
        var in = new ArrayList<Tensor>();
        for (int i = 0; i < 3; i++) {
            in.add(Tensors.randn(w.batch(), w.heads(), w.tokens(), w.width()));
        }
        return withGradient(
                w.backward(),
                in,
                () -> Tensors.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), o -> o.causal(w.causal())));
    }

    private static Tensor matrices(int batch, int rows, int columns, boolean transposed) {
        Tensor t = transposed ? Tensors.randn(batch, columns, rows) : Tensors.randn(batch, rows, columns);
        Tensor view = transposed ? t.transpose(1, 2) : t;
        return batch == 1 ? view.squeeze(0) : view;
    }

    private static Task adam(AdamStep w) {
        var parameters = new ArrayList<Tensor>();
        for (int size : w.sizes()) {
            Tensor p = Tensors.randn(size).requiresGrad_();
            p.backward(Tensors.randn(size));
            parameters.add(p);
        }
        return new Adam(parameters, 1e-3)::step;
    }

    static Task withGradient(boolean backward, Tensor input, Supplier<Tensor> forward) {
        return withGradient(backward, List.of(input), forward);
    }

    /** The forward pass alone, or with the gradients of the inputs, from a fixed gradient of the result. */
    static Task withGradient(boolean backward, List<Tensor> inputs, Supplier<Tensor> forward) {
        if (!backward) {
            return () -> {
                Tensor unused = forward.get();
            };
        }
        inputs.forEach(Tensor::requiresGrad_);
        // in the memory format of the result, as the next layer would return it
        Tensor g = forward.get().detach().clone();
        g.normal_();
        return () -> Autograd.grad(forward.get(), inputs, o -> o.gradient(g));
    }
}
