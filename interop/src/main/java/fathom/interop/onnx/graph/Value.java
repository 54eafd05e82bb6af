package fathom.interop.onnx.graph;

import fathom.DType;
import fathom.Tensor;

/** A value of a graph: a tensor, or a few numbers in Java. */
public sealed interface Value permits TensorValue, HostValue {
    /** {@return this value as a tensor} */
    Tensor tensor();

    /** {@return the element type} */
    DType dtype();

    /** {@return the shape} */
    long[] shape();

    /** {@return the number of dimensions} */
    int rank();

    /** {@return tensors as values: the outputs of an operator} */
    static Value[] of(Tensor... tensors) {
        var values = new Value[tensors.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = new TensorValue(tensors[i]);
        }
        return values;
    }
}
