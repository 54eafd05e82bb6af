package fathom.interop.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import fathom.DType;
import fathom.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Models for tests, written by the classes that protoc generates from onnx.proto. */
final class Models {
    private Models() {}

    static int type(DType t) {
        return switch (t) {
            case FLOAT32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case BOOL -> 9;
            case FLOAT16 -> 10;
            case FLOAT64 -> 11;
            case BFLOAT16 -> 16;
        };
    }

    static ByteBuffer bytes(Tensor t) {
        Tensor flat = t.detach().contiguous().flatten();
        var b = ByteBuffer.allocate((int) flat.numel() * t.dtype().size()).order(ByteOrder.LITTLE_ENDIAN);
        switch (t.dtype()) {
            case FLOAT32 -> b.asFloatBuffer().put(flat.toFloatArray());
            case FLOAT64 -> b.asDoubleBuffer().put(flat.toDoubleArray());
            case INT64 -> b.asLongBuffer().put(flat.toLongArray());
            case FLOAT16 -> {
                for (float v : flat.to(DType.FLOAT32).toFloatArray()) {
                    b.putShort(Float.floatToFloat16(v));
                }
                b.rewind();
            }
            case INT32 -> {
                for (long v : flat.toLong().toLongArray()) {
                    b.putInt((int) v);
                }
                b.rewind();
            }
            default -> {
                for (long v : flat.toLong().toLongArray()) {
                    b.put((byte) v);
                }
                b.rewind();
            }
        }
        return b;
    }

    static TensorProto tensor(String name, Tensor t) {
        TensorProto.Builder b = TensorProto.newBuilder().setName(name).setDataType(type(t.dtype()));
        for (long s : t.shape().dims()) {
            b.addDims(s);
        }
        return b.setRawData(ByteString.copyFrom(bytes(t))).build();
    }

    static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
        switch (value) {
            case Integer i -> a.setI(i).setType(AttributeProto.AttributeType.INT);
            case Long i -> a.setI(i).setType(AttributeProto.AttributeType.INT);
            case Boolean is -> a.setI(is ? 1 : 0).setType(AttributeProto.AttributeType.INT);
            case Float f -> a.setF(f).setType(AttributeProto.AttributeType.FLOAT);
            case Double f -> a.setF(f.floatValue()).setType(AttributeProto.AttributeType.FLOAT);
            case DType t -> a.setI(type(t)).setType(AttributeProto.AttributeType.INT);
            case String s ->
                    a.setS(ByteString.copyFrom(s, StandardCharsets.UTF_8)).setType(AttributeProto.AttributeType.STRING);
            case Tensor t -> a.setT(tensor("", t)).setType(AttributeProto.AttributeType.TENSOR);
            case GraphProto g -> a.setG(g).setType(AttributeProto.AttributeType.GRAPH);
            case int[] all -> {
                a.setType(AttributeProto.AttributeType.INTS);
                for (int i : all) {
                    a.addInts(i);
                }
            }
            case double[] all -> {
                a.setType(AttributeProto.AttributeType.FLOATS);
                for (double f : all) {
                    a.addFloats((float) f);
                }
            }
            case String[] all -> {
                a.setType(AttributeProto.AttributeType.STRINGS);
                for (String s : all) {
                    a.addStrings(ByteString.copyFrom(s, StandardCharsets.UTF_8));
                }
            }
            default -> throw new IllegalArgumentException(name);
        }
        return a.build();
    }

    /** A node; attributes are names and values in turn. */
    static NodeProto node(String operator, List<String> inputs, List<String> outputs, Object... attributes) {
        NodeProto.Builder n = NodeProto.newBuilder().setOpType(operator).addAllInput(inputs).addAllOutput(outputs);
        for (int i = 0; i < attributes.length; i += 2) {
            n.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
        }
        return n.build();
    }

    /** An input or output; negative sizes are open, a null shape is unknown. */
    static ValueInfoProto value(String name, DType type, long... shape) {
        TypeProto.Tensor.Builder t = TypeProto.Tensor.newBuilder().setElemType(type(type));
        if (shape != null) {
            TensorShapeProto.Builder s = TensorShapeProto.newBuilder();
            for (long n : shape) {
                TensorShapeProto.Dimension.Builder d = TensorShapeProto.Dimension.newBuilder();
                s.addDim(n < 0 ? d.setDimParam("n" + -n) : d.setDimValue(n));
            }
            t.setShape(s);
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(t)).build();
    }

    static ValueInfoProto output(String name) {
        return ValueInfoProto.newBuilder().setName(name).build();
    }

    static ModelProto model(int opset, GraphProto graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph)
                .build();
    }
}
