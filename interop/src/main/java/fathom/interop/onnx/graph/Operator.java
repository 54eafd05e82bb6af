package fathom.interop.onnx.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a reader must know of an operator of ONNX.
 *
 * @param name its name
 * @param onTensors computes its outputs
 * @param onHost computes its outputs where all inputs are numbers in Java; null if it is not used on shapes
 * @param weights the inputs that are trained where they are initialisers
 * @param rearranges whether it only rearranges its first input, so that what is trained behind it is trained in front
 */
public record Operator(String name, Body onTensors, @Nullable Body onHost, int[] weights, boolean rearranges) {
    /** Computes the outputs of a node. */
    @FunctionalInterface
    public interface Body {
        /** {@return the outputs; trailing ones that nobody uses may be left out} */
        Value[] run(Call call);
    }

    /** {@return whether input {@code i} is trained where it is an initialiser} */
    boolean trains(int i) {
        return Arrays.stream(weights).anyMatch(w -> w == i);
    }
}
