package fathom.bench.libtorch;

import fathom.bench.work.LanguageWork;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.EmbeddingOptions;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LayerNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LinearOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Modules and parameters of a model in training mode, and what models of sequences have in common. */
abstract class SequenceNet {
    private final List<Module> modules = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private boolean training = true;

    final <M extends Module> M add(M module) {
        modules.add(module);
        return module;
    }

    /** Registers a tensor that is trained. */
    final Tensor parameter(Tensor t) {
        tensors.add(t.set_requires_grad(true));
        return t;
    }

    final LinearImpl linear(long in, long out, boolean bias) {
        var options = new LinearOptions(in, out);
        options.bias().put(bias);
        return add(new LinearImpl(options));
    }

    final LayerNormImpl norm(long width, double eps) {
        var options = new LayerNormOptions(new LongVector(new long[] {width}));
        options.eps().put(eps);
        return add(new LayerNormImpl(options));
    }

    final EmbeddingImpl table(long tokens, long width) {
        return add(new EmbeddingImpl(new EmbeddingOptions(tokens, width)));
    }

    final TensorVector parameters() {
        var all = new TensorVector();
        for (Module m : modules) {
            TensorVector some = m.parameters();
            for (long i = 0; i < some.size(); i++) {
                all.push_back(some.get(i));
            }
        }
        tensors.forEach(all::push_back);
        return all;
    }

    /** Compares the number of parameters with the workload's. */
    final void check(LanguageWork work) {
        TensorVector all = parameters();
        long count = 0;
        for (long i = 0; i < all.size(); i++) {
            count += all.get(i).numel();
        }
        work.checkParameters(count);
    }

    final void eval() {
        training = false;
        modules.forEach(Module::eval);
    }

    /** Converts all parameters to bfloat16. */
    final void toBfloat16() {
        TensorVector all = parameters();
        for (long i = 0; i < all.size(); i++) {
            Tensor p = all.get(i);
            p.set_data(p.detach().to(torch.ScalarType.BFloat16));
        }
    }

    final Tensor dropout(Tensor x, double p) {
        return torch.dropout(x, p, training);
    }

    /** {@return attention by the fused kernel}; {@code mask} is true for what takes part, and may be undefined. */
    final Tensor attention(Tensor q, Tensor k, Tensor v, TensorOptional mask, double dropout, boolean causal) {
        return torch.scaled_dot_product_attention(
                q, k, v, mask, training ? dropout : 0, causal, new DoubleOptional(), q.size(1) != k.size(1));
    }

    /** {@return heads [N, H, L, D] of a projection [N, L, H D]} */
    static Tensor heads(Tensor x, long heads) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }

    /** {@return the inverse of {@link #heads}} */
    static Tensor joined(Tensor x) {
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
    }

    /** {@return whether positions are below lengths, [N, T]} */
    static Tensor within(Tensor lengths, long steps) {
        return torch.arange(new org.bytedeco.pytorch.Scalar(steps)).lt(lengths.unsqueeze(1));
    }
}
