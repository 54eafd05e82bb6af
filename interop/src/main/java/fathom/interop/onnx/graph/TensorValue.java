package fathom.interop.onnx.graph;

import fathom.DType;
import fathom.Tensor;

/**
 * A tensor.
 *
 * @param tensor the tensor
 */
public record TensorValue(Tensor tensor) implements Value {
    @Override
    public DType dtype() {
        return tensor.dtype();
    }

    @Override
    public long[] shape() {
        return tensor.shape().dims();
    }

    @Override
    public int rank() {
        return tensor.dim();
    }
}
