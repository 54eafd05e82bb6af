package fathom.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A network, or a part of one, whose modules are called from Java, as those of a model in Python are from Python. */
abstract class Net {
    private final List<Module> modules = new ArrayList<>();

    /** {@return the result for {@code x}, which the caller frees} */
    abstract Tensor forward(Tensor x);

    /** {@return the modules of this part, which are those with parameters} */
    final List<Module> modules() {
        return modules;
    }

    /** Adds a module. {@return it} */
    final <M extends Module> M add(M module) {
        modules.add(module);
        return module;
    }

    /** Adds a part, whose modules are complete. {@return it} */
    final <N extends Net> N add(N part) {
        modules.addAll(part.modules());
        return part;
    }

    /** {@return a parameter that belongs to no layer} */
    final Tensor parameter(Tensor initial) {
        return add(new Module("parameter")).register_parameter("value", initial);
    }

    /** {@return the result of a step on a temporary, which is freed then, as at the end of an expression in C++} */
    static Tensor then(Tensor temporary, UnaryOperator<Tensor> step) {
        Tensor y = step.apply(temporary);
        if (y != temporary) {
            temporary.close();
        }
        return y;
    }

    /** {@return the result of parts in sequence, whose intermediate results are freed} */
    static Tensor sequence(Tensor x, List<? extends Net> parts) {
        Tensor y = parts.getFirst().forward(x);
        for (Net part : parts.subList(1, parts.size())) {
            y = then(y, part::forward);
        }
        return y;
    }

    /** Adds a temporary to {@code y} in place, and frees it. {@return y} */
    static Tensor plus(Tensor y, Tensor temporary) {
        y.add_(temporary);
        temporary.close();
        return y;
    }

    /** {@return the mean over all pixels, [N, C]; x is freed} */
    static Tensor pooled(Tensor x) {
        return then(then(x, y -> torch.adaptive_avg_pool2d(y, 1, 1)), y -> y.flatten(1, -1));
    }
}
