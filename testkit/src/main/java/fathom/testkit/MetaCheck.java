package fathom.testkit;

import fathom.Autograd;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Compares inferred specs, on {@link Device#META}, with computed ones. */
public final class MetaCheck {
    private MetaCheck() {}

    /**
     * Checks that a function's inferred result has the type, shape and strides of the computed one, and that its
     * inferred gradients have the shapes of its inputs. A function that reads values must be declared as such.
     *
     * @param inputs of floating types
     * @throws AssertionError naming the difference
     */
    public static void check(Function<Tensor[], Tensor> function, Tensor... inputs) {
        Tensor computed = function.apply(inputs);
        try (var meta = Device.META.open()) {
            var without = new Tensor[inputs.length];
            for (int i = 0; i < without.length; i++) {
                Tensor t = inputs[i];
                without[i] = Tensors.emptyStrided(t.shape().dims(), t.strides(), t.dtype()).requiresGrad_();
            }
            Tensor inferred = function.apply(without);
            if (inferred.dtype() != computed.dtype()
                    || !inferred.shape().equals(computed.shape())
                    || !Arrays.equals(inferred.strides(), computed.strides())) {
                throw new AssertionError("inferred is %s, computed %s".formatted(spec(inferred), spec(computed)));
            }
            if (!inferred.requiresGrad()) {
                return;
            }
            Tensor gradient = Tensors.empty(inferred.dtype(), inferred.shape().dims());
            List<Tensor> gradients =
                    Autograd.grad(inferred, List.of(without), o -> o.gradient(gradient).allowUnused(true));
            for (int i = 0; i < without.length; i++) {
                Tensor g = gradients.get(i);
                if (g != null && !g.shape().equals(without[i].shape())) {
                    throw new AssertionError(
                            String.format(
                                    Locale.ROOT,
                                    "the gradient by input %d of shape %s is inferred to have shape %s",
                                    i,
                                    without[i].shape(),
                                    g.shape()));
                }
            }
        } catch (IllegalStateException e) {
            if (e.getMessage() == null || !e.getMessage().contains("no values")) {
                throw e;
            }
        }
    }

    private static String spec(Tensor t) {
        return "%s%s with strides %s".formatted(t.dtype(), t.shape(), Arrays.toString(t.strides()));
    }
}
