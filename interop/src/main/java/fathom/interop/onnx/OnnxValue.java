package fathom.interop.onnx;

import fathom.DType;
import fathom.interop.onnx.proto.ElementType;
import fathom.interop.onnx.proto.ValueProto;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An input or output of a model, as its file describes it.
 *
 * @param name the name
 * @param dtype the element type; null if it is unknown, or no type of Fathom's
 * @param shape per dimension its size, or a name such as {@code batch} if the size may vary; null if the rank is
 *     unknown
 */
public record OnnxValue(String name, @Nullable DType dtype, @Nullable List<String> shape) {
    static OnnxValue of(ValueProto v) {
        return new OnnxValue(v.name(), ElementType.dtype(v.type()), v.shape());
    }

    @Override
    public String toString() {
        return name + (dtype == null ? "" : " " + dtype) + (shape == null ? "" : " " + shape);
    }
}
